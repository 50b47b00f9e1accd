"""Layers: functions with parameters. `import rung.layers as L`."""

from rung.core.variable import Buffer, Parameter
from rung.layers.containers import Dropout, Sequential
from rung.layers.layer import Layer
from rung.layers.linear import Linear

__all__ = ["Buffer", "Dropout", "Layer", "Linear", "Parameter", "Sequential"]

"""Layers: functions with parameters. `import rung.layers as L`."""

import sys

from rung.core.parameter import Buffer, Parameter
from rung.layers.attention import *
from rung.layers.containers import *
from rung.layers.convolution import *
from rung.layers.embedding import *
from rung.layers.layer import *
from rung.layers.linear import *
from rung.layers.normalization import *
from rung.layers.pooling import *
from rung.layers.recurrent import *
from rung.layers.reparametrization import *

# Every public layer: those that their own module names in its `__all__`.
__all__ = ["Buffer", "Parameter"]
__all__ += sorted(
    name
    for name, layer in list(globals().items())
    if name in getattr(sys.modules.get(getattr(layer, "__module__", "")), "__all__", ())
)

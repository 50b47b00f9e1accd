"""Whole networks."""

from rung.models.mlp import MLP, Model

__all__ = ["MLP", "Model"]

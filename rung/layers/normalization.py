"""Layers that normalise."""

__all__: list[str] = []

"""Layers of convolutions and of their adjoints."""

__all__: list[str] = []

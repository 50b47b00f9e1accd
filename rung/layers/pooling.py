"""Layers that pool, resize and flatten."""

__all__: list[str] = []

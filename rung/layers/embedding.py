"""Vectors for integers, and for positions."""

__all__: list[str] = []

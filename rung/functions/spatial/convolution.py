"""Convolutions in one, two and three dimensions."""

__all__: list[str] = []

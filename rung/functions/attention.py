"""Attention, and what tells it positions."""

__all__: list[str] = []

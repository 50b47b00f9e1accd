"""Recurrent layers, with their states."""

__all__: list[str] = []

"""Recurrent networks: one step, and whole sequences."""

__all__: list[str] = []

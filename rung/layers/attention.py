"""Attention layers, and the block that transformers are made of."""

__all__: list[str] = []

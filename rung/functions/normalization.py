"""Normalisations over batches, layers, groups and single examples."""

__all__: list[str] = []

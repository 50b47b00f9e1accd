"""Windows laid out as columns, and put back: im2col and col2im."""

__all__: list[str] = []

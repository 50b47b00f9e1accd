"""The adjoints of convolutions, which make larger images of smaller ones."""

__all__: list[str] = []

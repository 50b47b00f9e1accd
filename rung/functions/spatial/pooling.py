"""One value for every window: maxima and means."""

__all__: list[str] = []

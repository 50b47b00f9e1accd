"""Other resolutions: upsampling, and pixels made of channels."""

__all__: list[str] = []

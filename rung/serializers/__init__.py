"""Named arrays to files and back, safely: never pickle, all or nothing, nothing damaged in silence."""

from rung.serializers.arrays import load_arrays, load_arrays_and_metadata, load_metadata, save_arrays

__all__ = ["load_arrays", "load_arrays_and_metadata", "load_metadata", "save_arrays"]

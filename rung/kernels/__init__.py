"""Optional fast paths for large arrays on the CPU, compiled by Numba on first use, and kept on disk."""

from rung.kernels.fusing import fused, fused_derivative, fused_forward

__all__ = ["fused", "fused_derivative", "fused_forward"]

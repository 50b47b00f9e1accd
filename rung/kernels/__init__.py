"""Kernels: loops that Numba compiles, which take the place of formulas on arrays where they are faster.

There are two ways to them. An op that states `fused = True` lets its own formulas be compiled (see fusing.py). A
function on arrays for which that would not do says `@accelerated(kernel, …)` and has kernels written by hand. The
formula remains what both are held to, and what runs without Numba, on a GPU, on small arrays, and wherever no kernel
fits. `rung.compile` records a kernel as one instruction. Numba is imported when the first one runs.
"""

from rung.kernels.choice import Kernel, accelerated, is_on, kernel, switched
from rung.kernels.fusing import fused, fused_derivative, fused_forward

__all__ = [
    "Kernel", "accelerated", "fused", "fused_derivative", "fused_forward", "is_on", "kernel", "switched",
]  # fmt: skip

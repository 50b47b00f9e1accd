"""Kernels: loops that Numba compiles, which take the place of compositions on arrays where they are faster.

A function on arrays that has kernels says so by one line, `@accelerated(kernel, …)`. It remains what they are held
to, and what runs without Numba, on a GPU, on small arrays, and wherever no kernel fits. `rung.compile` records a
kernel as one instruction. Numba is imported when the first one runs.
"""

from rung.kernels.choice import Kernel, accelerated, is_on, kernel, switched

__all__ = ["Kernel", "accelerated", "is_on", "kernel", "switched"]

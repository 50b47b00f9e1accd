"""The profiler: where the time and the memory of a block go, and what is left behind.

- `profiling`: the block, and what it gives: tables by op and by layer, the peak of memory, leaks, files
- `watching`: what it is told (see `rung.core.watch`); `stopwatch`: whose each moment is; `costs`: what is counted
- `ops`, `tree`: the tables; `layers`: the tree of layers
- `ledger`, `peak`: who holds memory, and held it at the peak
- `graphs`, `leaks`, `keepers`: what is still there at the end, and what keeps it
- `places`, `process`: what Python and the system tell; `trace`, `report`: files
"""

from rung.profiler.profiling import Profile, profile

__all__ = ["Profile", "profile"]

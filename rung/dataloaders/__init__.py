"""From a dataset to batches, one epoch after another.

- `loader`: `DataLoader`, the order of an epoch, its position, and the loop over it
- `sequential`: `SeqDataLoader`, a long sequence read by several readers at once
- `samplers`: orders of an epoch other than a shuffle
- `reading`: from numbers of samples to a batch; the same code in a worker and without one
- `worker`: what a worker process does
- `workers`: the processes that read batches ahead, and all that can happen to them
"""

from rung.dataloaders.loader import DataLoader
from rung.dataloaders.samplers import WeightedSampler
from rung.dataloaders.sequential import SeqDataLoader
from rung.errors import WorkerError

__all__ = ["DataLoader", "SeqDataLoader", "WeightedSampler", "WorkerError"]

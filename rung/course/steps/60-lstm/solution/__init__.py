from .dataloaders import SeqDataLoader

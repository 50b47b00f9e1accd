from .dataloaders import DataLoader

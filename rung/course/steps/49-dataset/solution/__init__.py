from .datasets import Dataset

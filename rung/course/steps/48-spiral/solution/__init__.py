from . import datasets
from .functions import accuracy

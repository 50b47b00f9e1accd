from .core import test_mode
from .functions import dropout

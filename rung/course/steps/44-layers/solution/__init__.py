from . import functions, layers
from .core import Parameter
from .layers import Layer
from .random import seed

from . import transforms
from .functions import ReLU, relu

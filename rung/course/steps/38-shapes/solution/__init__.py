from .functions import Reshape, Transpose, reshape, transpose

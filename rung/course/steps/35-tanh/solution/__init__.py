from .functions import Tanh, tanh

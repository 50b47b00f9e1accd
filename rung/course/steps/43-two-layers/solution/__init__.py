from .functions import Sigmoid, linear, sigmoid

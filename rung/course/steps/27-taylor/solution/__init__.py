from .functions import Sin, sin

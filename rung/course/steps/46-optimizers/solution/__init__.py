from . import optimizers

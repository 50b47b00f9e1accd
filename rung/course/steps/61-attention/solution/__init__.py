from .functions import attention, layer_norm

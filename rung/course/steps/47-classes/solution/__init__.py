from .functions import GetItem, GetItemGrad, Log, get_item, log, softmax, softmax_cross_entropy

from .functions import BroadcastTo, Sum, broadcast_to

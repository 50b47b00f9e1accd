from .utils import jacobian

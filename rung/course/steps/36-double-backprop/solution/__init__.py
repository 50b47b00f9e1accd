from .utils import hvp

from .functions import Cos, cos
from .utils import derivatives

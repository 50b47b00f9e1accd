"""Linear algebra: products, equations and decompositions."""

from rung.functions.linalg.decomposition import *
from rung.functions.linalg.einsum import *
from rung.functions.linalg.parts import *
from rung.functions.linalg.product import *
from rung.functions.linalg.solving import *

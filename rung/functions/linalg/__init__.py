"""Linear algebra: products, and later on decompositions."""

from rung.functions.linalg.einsum import *
from rung.functions.linalg.product import *

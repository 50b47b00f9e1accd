"""Attention, and what tells it tokens and positions."""

from rung.functions.attention.dot_product import *
from rung.functions.attention.lookup import *
from rung.functions.attention.positions import *

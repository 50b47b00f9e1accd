"""Every function of Rung, as `rung.functions` or `F`. Importing it gives Variables their operators and methods."""

import sys

from rung.functions.activation import *
from rung.functions.attention import *
from rung.functions.cumulative import *
from rung.functions.elementwise import *
from rung.functions.indexing import *
from rung.functions.joining import *
from rung.functions.linalg import *
from rung.functions.loss import *
from rung.functions.methods import bind_methods
from rung.functions.metrics import *
from rung.functions.movement import *
from rung.functions.normalization import *
from rung.functions.ordering import *
from rung.functions.recurrent import *
from rung.functions.reduction import *
from rung.functions.spatial import *
from rung.functions.stochastic import *
from rung.functions.view import *

abs = absolute  # NumPy has both names too
bind_methods()

# Every public function: those that their own module names in its `__all__`.
__all__ = sorted(
    name
    for name, f in list(globals().items())
    if name in getattr(sys.modules.get(getattr(f, "__module__", "")), "__all__", ())
)

"""Functions over axes of space or time: convolutions, poolings, and changes of resolution."""

from rung.functions.spatial.adaptive import *
from rung.functions.spatial.averaging import *
from rung.functions.spatial.convolution import *
from rung.functions.spatial.patches import *
from rung.functions.spatial.pooling import *
from rung.functions.spatial.resizing import *
from rung.functions.spatial.transposed import *

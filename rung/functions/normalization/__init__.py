"""Normalisations over batches, layers, groups and single examples, and of weights.

All of them that look at activations are one op, `Standardize` (without the mean, `Rescale`), over other axes.
"""

from rung.functions.normalization.batch import *
from rung.functions.normalization.examples import *
from rung.functions.normalization.weights import *

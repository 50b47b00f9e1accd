"""Activations: what stands between the layers of a network."""

from rung.functions.activation.gated import *
from rung.functions.activation.rectified import *
from rung.functions.activation.sigmoidal import *
from rung.functions.activation.softmax import *

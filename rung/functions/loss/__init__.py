"""Losses: how wrong predictions are, as one number to make smaller."""

from rung.functions.loss.cross_entropy import *
from rung.functions.loss.ctc import *
from rung.functions.loss.distance import *
from rung.functions.loss.probability import *
from rung.functions.loss.similarity import *

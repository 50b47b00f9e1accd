"""Recurrent networks: one step, and whole sequences."""

from rung.functions.recurrent.elman import *
from rung.functions.recurrent.gru import *
from rung.functions.recurrent.lstm import *

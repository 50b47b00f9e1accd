"""The training loop with everything that a long one needs; the explicit loop of the README stays as good as ever."""

from rung.trainer.callbacks import Callback, EarlyStopping
from rung.trainer.journal import Journal
from rung.trainer.measuring import evaluate
from rung.trainer.tensorboard import TensorBoard
from rung.trainer.trainer import Trainer

__all__ = ["Callback", "EarlyStopping", "Journal", "TensorBoard", "Trainer", "evaluate"]

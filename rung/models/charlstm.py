"""A language model of LSTMs."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.cuda import get_array_module
from rung.layers import LSTM, Embedding, Linear, Recurrent
from rung.models.generation import Choice, proceed
from rung.models.mlp import Model


class CharLSTM(Model):
    """Vectors for letters, LSTMs on top of one another, and the scores of the next letter.

    Whole sequences, (N, T), begin from nothing. Single steps, (N,), go on from the state that the step before has
    left, until `reset_state`: with a `SeqDataLoader`, and ``loss.unchain_backward()`` every so many steps, that is
    the book's truncated backpropagation through time.

    Shape: (N, T) of integers below vocabulary_size -> (N, T, vocabulary_size); (N,) -> (N, vocabulary_size)

    Args:
        vocabulary_size: how many letters there are.
        hidden_size: of the letters' vectors and of each state.
        num_layers: how many LSTMs there are.
        dropout: in training, of what goes into each LSTM but the first, and into the last layer.

    Source: A. Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks, 2015.

    >>> import numpy as np
    >>> model = CharLSTM(vocabulary_size=65, hidden_size=8)
    >>> model(np.array([[1, 2, 3]])).shape, model(np.array([1, 2])).shape, model.generate([1, 2, 3], length=4).shape
    ((1, 3, 65), (2, 65), (7,))
    """

    def __init__(self, vocabulary_size: int, hidden_size: int, num_layers: int = 1, dropout: float = 0.0):
        self.dropout = dropout
        self.letters = Embedding(vocabulary_size, hidden_size)
        self.lstm = Recurrent(LSTM, hidden_size, hidden_size, num_layers, dropout_ratio=dropout)
        self.fc = Linear(vocabulary_size, in_size=hidden_size)

    def forward(self, x: Any) -> Any:
        return self.sequence(x)[0] if x.ndim == 2 else self._step(x)

    def sequence(self, x: Any, state: Any = None) -> tuple[Any, Any]:
        """Run over whole sequences from a state that is handed in, and hand out the last one: see `Recurrent`.

        The state that single steps keep is neither read nor changed.
        """
        h, state = self.lstm(self.letters(x), state)
        return self.fc(F.dropout(h, self.dropout)), state

    def _step(self, x: Any) -> Any:
        h = self.letters(x)
        for cell in self.lstm.cells:
            h = F.dropout(cell(h), self.dropout)
        return self.fc(h)

    def reset_state(self) -> None:
        """Forget the state of single steps: the next one is the first of new sequences."""
        for cell in self.lstm.cells:
            cell.reset_state()

    def generate(
        self,
        prompt: Any,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
    ) -> Any:
        """A prompt with `length` letters after it: see `GPT.generate`. The state of single steps stays as it is.

        Shape: prompt (T,) or (N, T) of integers -> (T + length,) or (N, T + length), NumPy's int64
        """
        xp, state = get_array_module(self.fc.W), None

        def read(text: Any, new: int) -> Any:
            nonlocal state
            logits, state = self.sequence(xp.asarray(text[:, -new:]), state)
            return logits[:, -1]

        return proceed(prompt, length, Choice(temperature, top_k, top_p, seed), read)

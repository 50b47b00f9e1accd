from . import cuda
from .core import no_grad, test_mode
from .random import rng


class Block(Model):
    """Attend, then think; each time added to what was there."""

    def __init__(self, size, num_heads):
        super().__init__()
        self.norm1, self.attention = L.LayerNorm(size), L.SelfAttention(size, num_heads)
        self.norm2, self.up, self.down = L.LayerNorm(size), L.Linear(4 * size), L.Linear(size)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.relu(self.up(self.norm2(x))))


class GPT(Model):
    """Scores for the symbol that comes next, after each symbol of a text."""

    def __init__(self, symbols, length=32, size=48, num_heads=4, num_blocks=2):
        super().__init__()
        self.length = length
        self.token, self.place = L.Embedding(symbols, size), L.Embedding(length, size)
        self.blocks = [Block(size, num_heads) for _ in range(num_blocks)]
        for i, block in enumerate(self.blocks):
            setattr(self, f"block{i}", block)
        self.norm, self.head = L.LayerNorm(size), L.Linear(symbols, in_size=size)

    def forward(self, ids):
        x = self.token(ids) + self.place(np.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))

    def write(self, ids, count, temperature=1.0):
        """Go on with a text: `count` more symbols, each drawn by how likely it is."""
        ids = list(ids)
        with no_grad(), test_mode():
            for _ in range(count):
                scores = self(np.array([ids[-self.length :]]))[0, -1] / temperature
                chances = cuda.as_numpy(F.softmax(scores).data).astype(np.float64)
                ids.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        return ids

class Embedding(Layer):
    """A row of numbers for each symbol."""

    def __init__(self, count, size):
        super().__init__()
        self.W = Parameter((rng.standard_normal((count, size)) * 0.02).astype(np.float32), name="W")

    def forward(self, ids):
        return self.W[ids]


class LayerNorm(Layer):
    def __init__(self, size):
        super().__init__()
        self.gamma = Parameter(np.ones(size, np.float32), name="gamma")
        self.beta = Parameter(np.zeros(size, np.float32), name="beta")

    def forward(self, x):
        return F.layer_norm(x, self.gamma, self.beta)


class SelfAttention(Layer):
    """Several heads, each of which attends to what came before in a way of its own."""

    def __init__(self, size, num_heads):
        super().__init__()
        if size % num_heads:
            raise ValueError(f"SelfAttention: {num_heads} heads cannot share {size} numbers evenly")
        self.num_heads = num_heads
        self.qkv, self.out = Linear(3 * size, in_size=size), Linear(size, in_size=size)

    def forward(self, x):
        N, T, D = x.shape
        parts = self.qkv(x).reshape(N, T, 3, self.num_heads, D // self.num_heads)
        q, k, v = [parts[:, :, i].transpose(0, 2, 1, 3) for i in range(3)]  # (N, heads, T, size of a head)
        y = F.attention(q, k, v, causal=True)
        return self.out(y.transpose(0, 2, 1, 3).reshape(N, T, D))

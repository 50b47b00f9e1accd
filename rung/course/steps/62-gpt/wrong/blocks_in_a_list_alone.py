# caught by: test_gpt
# file: models.py


class GPT:
    def __init__(self, symbols, length=32, size=48, num_heads=4, num_blocks=2):
        super().__init__()
        self.length = length
        self.token, self.place = L.Embedding(symbols, size), L.Embedding(length, size)
        self.blocks = [Block(size, num_heads) for _ in range(num_blocks)]
        self.norm, self.head = L.LayerNorm(size), L.Linear(symbols, in_size=size)

class Text(Dataset):
    """Pieces of a text as numbers of symbols; the label is the piece one symbol further on."""

    def __init__(self, text, length):
        self.text, self.length = text, length
        self.symbols = sorted(set(text))
        super().__init__()

    def prepare(self):
        self.data = np.array([self.symbols.index(symbol) for symbol in self.text])

    def __len__(self):
        return len(self.data) - self.length

    def __getitem__(self, i):
        return self.data[i : i + self.length], self.data[i + 1 : i + 1 + self.length]

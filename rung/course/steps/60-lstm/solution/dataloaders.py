class SeqDataLoader(DataLoader):
    """Batches of a sequence: each row of them reads on in a stretch of its own."""

    def __init__(self, dataset, batch_size, gpu=False):
        super().__init__(dataset, batch_size, shuffle=False, gpu=gpu)

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        put = cuda.as_cupy if self.gpu else np.asarray
        for step in range(len(self)):
            examples = [self.dataset[row * len(self) + step] for row in range(self.batch_size)]
            yield put(np.array([x for x, _ in examples])), put(np.array([t for _, t in examples]))

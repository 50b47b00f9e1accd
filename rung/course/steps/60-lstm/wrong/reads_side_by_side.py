# caught by: test_rows_read_on
# file: dataloaders.py


class SeqDataLoader:
    def __iter__(self):
        put = cuda.as_cupy if self.gpu else np.asarray
        for step in range(len(self)):
            examples = [self.dataset[step * self.batch_size + row] for row in range(self.batch_size)]
            yield put(np.array([x for x, _ in examples])), put(np.array([t for _, t in examples]))

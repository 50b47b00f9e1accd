from . import cuda


class DataLoader:
    def __init__(self, dataset, batch_size, shuffle=True, gpu=False):
        self.dataset, self.batch_size, self.shuffle, self.gpu = dataset, batch_size, shuffle, gpu

    def __iter__(self):
        count = len(self.dataset)
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        put = cuda.as_cupy if self.gpu else np.asarray
        for begin in range(0, count, self.batch_size):
            examples = [self.dataset[i] for i in order[begin : begin + self.batch_size]]
            yield put(np.array([x for x, _ in examples])), put(np.array([t for _, t in examples]))

# caught by: test_repeatable
# file: dataloaders.py
class DataLoader:
    def __iter__(self):
        count = len(self.dataset)
        order = np.random.default_rng().permutation(count) if self.shuffle else np.arange(count)
        for begin in range(0, count, self.batch_size):
            examples = [self.dataset[i] for i in order[begin : begin + self.batch_size]]
            yield np.array([x for x, _ in examples]), np.array([t for _, t in examples])

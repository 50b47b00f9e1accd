# caught by: test_two_loops_at_once
# file: dataloaders.py
class DataLoader:
    def __iter__(self):
        count = len(self.dataset)
        self.order = rng.permutation(count) if self.shuffle else np.arange(count)
        self.begin = 0
        while self.begin < count:
            examples = [self.dataset[i] for i in self.order[self.begin : self.begin + self.batch_size]]
            yield np.array([x for x, _ in examples]), np.array([t for _, t in examples])
            self.begin += self.batch_size

# caught by: test_left_early
# file: dataloaders.py
class DataLoader:
    def __init__(self, dataset, batch_size, shuffle=True):
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.begin = 0
        self.order = self.new_order()

    def new_order(self):
        count = len(self.dataset)
        return rng.permutation(count) if self.shuffle else np.arange(count)

    def __iter__(self):
        return self

    def __next__(self):
        if self.begin >= len(self.dataset):
            self.begin, self.order = 0, self.new_order()
            raise StopIteration
        chosen = self.order[self.begin : self.begin + self.batch_size]
        self.begin += self.batch_size
        examples = [self.dataset[i] for i in chosen]
        return np.array([x for x, _ in examples]), np.array([t for _, t in examples])

# caught by: test_new_order_each_epoch
# file: dataloaders.py
class DataLoader:
    def __init__(self, dataset, batch_size, shuffle=True):
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.order = rng.permutation(len(dataset)) if shuffle else np.arange(len(dataset))

    def __iter__(self):
        for begin in range(0, len(self.dataset), self.batch_size):
            examples = [self.dataset[i] for i in self.order[begin : begin + self.batch_size]]
            yield np.array([x for x, _ in examples]), np.array([t for _, t in examples])

# caught by: test_no_more_than_is_asked_for
# file: dataloaders.py
class DataLoader:
    def __iter__(self):
        count = len(self.dataset)
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        examples = [self.dataset[i] for i in order]
        for begin in range(0, count, self.batch_size):
            part = examples[begin : begin + self.batch_size]
            yield np.array([x for x, _ in part]), np.array([t for _, t in part])

# caught by: test_last_batch_may_be_small
# file: dataloaders.py
class DataLoader:
    def __iter__(self):
        count = len(self.dataset)
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        for number in range(count // self.batch_size):
            chosen = order[number * self.batch_size : (number + 1) * self.batch_size]
            examples = [self.dataset[i] for i in chosen]
            yield np.array([x for x, _ in examples]), np.array([t for _, t in examples])

# caught by: test_nothing_before_it_is_asked_for
# file: datasets.py
class Dataset:
    def __init__(self, train=True, transform=None, target_transform=None):
        self.train = train
        self.data = self.label = None
        self.prepare()
        if transform is not None and self.data is not None:
            self.data = [transform(x) for x in self.data]
        if target_transform is not None and self.label is not None:
            self.label = [target_transform(t) for t in self.label]

    def __getitem__(self, i):
        return self.data[i], None if self.label is None else self.label[i]

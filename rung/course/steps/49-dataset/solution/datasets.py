class Dataset:
    """Examples by number: x and what is to be said of it. A subclass fills `data` and `label` in `prepare`."""

    def __init__(self, train=True, transform=None, target_transform=None):
        self.train = train
        self.transform = transform or (lambda x: x)
        self.target_transform = target_transform or (lambda t: t)
        self.data = self.label = None
        self.prepare()

    def __getitem__(self, i):
        label = None if self.label is None else self.target_transform(self.label[i])
        return self.transform(self.data[i]), label

    def __len__(self):
        return len(self.data)

    def prepare(self):
        raise NotImplementedError(f"{type(self).__name__}: it has no prepare method yet; write one")


class Spiral(Dataset):
    """The three arms."""

    def prepare(self):
        self.data, self.label = get_spiral(self.train)

# caught by: test_transforms
# file: datasets.py
class Dataset:
    def __getitem__(self, i):
        label = None if self.label is None else self.transform(self.label[i])
        return self.transform(self.data[i]), label

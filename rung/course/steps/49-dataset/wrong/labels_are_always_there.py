# caught by: test_without_labels
# file: datasets.py
class Dataset:
    def __getitem__(self, i):
        return self.transform(self.data[i]), self.target_transform(self.label[i])

# caught by: test_data_that_are_no_array
# file: datasets.py
class Dataset:
    def __getitem__(self, i):
        label = None if self.label is None else self.target_transform(np.asarray(self.label)[i])
        return self.transform(np.asarray(self.data)[i]), label

# caught by: test_one_of_your_own
# file: datasets.py
class Dataset:
    def __init__(self, train=True, transform=None, target_transform=None):
        self.train = train
        self.transform = transform or (lambda x: x)
        self.target_transform = target_transform or (lambda t: t)
        self.prepare()
        self.data = self.label = None

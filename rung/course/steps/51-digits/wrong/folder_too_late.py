# caught by: test_mnist_from_a_folder
# file: datasets.py
class MNIST(Dataset):
    def __init__(self, folder, train=True, transform=None, target_transform=None):
        super().__init__(train, transform, target_transform)
        self.folder = pathlib.Path(folder)

# caught by: test_compose
# file: transforms.py
class Compose:
    def __call__(self, x):
        for transform in reversed(self.transforms):
            x = transform(x)
        return x

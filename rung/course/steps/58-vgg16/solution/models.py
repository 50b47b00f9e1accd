import numpy as np

from .functions_conv import pooling


class VGG16(Model):
    """Thirteen convolutions in five blocks, and three layers to decide. `width` 64 is the one that became famous."""

    def __init__(self, classes=1000, width=64, hidden=4096):
        super().__init__()
        self.blocks = []
        for block, (count, times) in enumerate(zip((2, 2, 3, 3, 3), (1, 2, 4, 8, 8), strict=True), 1):
            names = [f"conv{block}_{i}" for i in range(1, count + 1)]
            for name in names:
                setattr(self, name, L.Conv2d(width * times, 3, pad=1))
            self.blocks.append(names)
        self.fc6, self.fc7, self.fc8 = L.Linear(hidden), L.Linear(hidden), L.Linear(classes)

    def forward(self, x):
        for names in self.blocks:
            for name in names:
                x = F.relu(getattr(self, name)(x))
            x = pooling(x, 2, 2)
        x = x.reshape(len(x), -1)
        x = F.dropout(F.relu(self.fc6(x)))
        x = F.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)

    @staticmethod
    def preprocess(picture):
        """A picture of (H, W, 3) bytes, red first, as the network was trained on it: blue first, less the mean."""
        x = np.asarray(picture, np.float32)[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)
        return np.ascontiguousarray(x.transpose(2, 0, 1))[None]

# caught by: test_its_layers
# file: models.py


class VGG16:
    def __init__(self, classes=1000, width=64, hidden=4096):
        super().__init__()
        self.blocks = []
        for count, times in zip((2, 2, 3, 3, 3), (1, 2, 4, 8, 8), strict=True):
            self.blocks.append([L.Conv2d(width * times, 3, pad=1) for _ in range(count)])
        self.fc6, self.fc7, self.fc8 = L.Linear(hidden), L.Linear(hidden), L.Linear(classes)

    def forward(self, x):
        for layers in self.blocks:
            for layer in layers:
                x = F.relu(layer(x))
            x = pooling(x, 2, 2)
        x = x.reshape(len(x), -1)
        x = F.dropout(F.relu(self.fc6(x)))
        x = F.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)

# caught by: test_dropout_while_it_learns
# file: models.py


class VGG16:
    def forward(self, x):
        for names in self.blocks:
            for name in names:
                x = F.relu(getattr(self, name)(x))
            x = pooling(x, 2, 2)
        x = x.reshape(len(x), -1)
        return self.fc8(F.relu(self.fc7(F.relu(self.fc6(x)))))

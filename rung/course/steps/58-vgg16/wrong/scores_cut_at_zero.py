# caught by: test_with_weights_of_a_file
# file: models.py


class VGG16:
    def forward(self, x):
        for names in self.blocks:
            for name in names:
                x = F.relu(getattr(self, name)(x))
            x = pooling(x, 2, 2)
        x = x.reshape(len(x), -1)
        for layer in (self.fc6, self.fc7, self.fc8):
            x = F.dropout(F.relu(layer(x)))
        return x

# caught by: test_mlp_computes
# file: models.py
class MLP(Model):
    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return x

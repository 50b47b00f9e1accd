# caught by: test_mlp_params
# file: models.py
class MLP(Model):
    def __init__(self, fc_output_sizes, activation=F.sigmoid):
        super().__init__()
        self.activation = activation
        self.layers = [L.Linear(size) for size in fc_output_sizes]

# caught by: test_sgd_step
# file: optimizers.py
class SGD(Optimizer):
    def update_one(self, param):
        param.data = param.data + self.lr * param.grad.data

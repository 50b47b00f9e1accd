# caught by: test_old_array_stays
# file: optimizers.py
class SGD(Optimizer):
    def update_one(self, param):
        param.data -= self.lr * param.grad.data

# caught by: test_each_its_own_velocity
# file: optimizers.py
class MomentumSGD(Optimizer):
    def update_one(self, param):
        v = self.vs.get("v", 0)
        self.vs["v"] = v = self.momentum * v - self.lr * param.grad.data
        param.data = param.data + v

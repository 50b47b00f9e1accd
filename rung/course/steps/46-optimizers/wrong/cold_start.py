# caught by: test_adams_first_step
# file: optimizers.py
class Adam(Optimizer):
    def update_one(self, param):
        t, m, v = self.state.get(param, (0, 0, 0))
        g = param.grad.data
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        self.state[param] = t, m, v
        param.data = param.data - self.alpha * m / (np.sqrt(v) + self.eps)

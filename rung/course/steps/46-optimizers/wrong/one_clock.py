# caught by: test_adam_counts_for_each
# file: optimizers.py
class Adam(Optimizer):
    def update(self):
        self.state["t"] = self.state.get("t", 0) + 1
        super().update()

    def update_one(self, param):
        m, v = self.state.get(param, (0, 0))
        t, g = self.state["t"], param.grad.data
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        self.state[param] = m, v
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        param.data = param.data - self.alpha * m_hat / (np.sqrt(v_hat) + self.eps)

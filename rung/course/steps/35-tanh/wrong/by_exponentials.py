# caught by: test_far_out
# file: functions.py
class Tanh(Function):
    def forward(self, x):
        with np.errstate(all="ignore"):
            a, b = np.exp(x), np.exp(-x)
            return (a - b) / (a + b)

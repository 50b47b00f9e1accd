# caught by: test_tanh
# file: functions.py
class Tanh(Function):
    def forward(self, x):
        return 1 / (1 + np.exp(-x))

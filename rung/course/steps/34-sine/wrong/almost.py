# caught by: test_cos
# file: functions.py
class Cos(Function):
    def forward(self, x):
        return np.sin(x + 1.57)

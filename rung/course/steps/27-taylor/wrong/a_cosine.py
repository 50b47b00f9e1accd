# caught by: test_sin
# file: functions.py
class Sin(Function):
    def forward(self, x):
        return np.cos(x)

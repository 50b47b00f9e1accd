# caught by: test_transpose
# file: functions.py
class Transpose(Function):
    def forward(self, x):
        return x.reshape(x.shape[::-1])

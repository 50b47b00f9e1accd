# caught by: test_reshape
# file: functions.py
class Reshape(Function):
    def forward(self, x):
        return x.reshape(self.shape, order="F")

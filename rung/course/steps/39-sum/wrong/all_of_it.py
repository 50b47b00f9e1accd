# caught by: test_axis
# file: functions.py
class Sum(Function):
    def forward(self, x):
        y = x.sum(keepdims=True)
        self.kept = y.shape
        return y if self.keepdims else y.squeeze()

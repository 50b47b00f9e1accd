# caught by: test_keepdims
# file: functions.py
class Sum(Function):
    def forward(self, x):
        self.kept = x.sum(axis=self.axis, keepdims=True).shape
        return x.sum(axis=self.axis)

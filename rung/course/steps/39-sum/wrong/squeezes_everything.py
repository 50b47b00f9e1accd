# caught by: test_length_one_stays
# file: functions.py
class Sum(Function):
    def forward(self, x):
        y = x.sum(axis=self.axis, keepdims=True)
        self.kept = y.shape
        return y if self.keepdims else y.squeeze()

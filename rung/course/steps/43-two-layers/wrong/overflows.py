# caught by: test_sigmoid_of_large_numbers
# file: functions.py
class Sigmoid:
    def forward(self, x):
        return 1 / (1 + np.exp(-x))

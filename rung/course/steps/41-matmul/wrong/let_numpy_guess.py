# caught by: test_vectors_are_turned_away
# file: functions.py
class MatMul:
    def forward(self, x, W):
        return x @ W

# caught by: test_exp_of_arrays
import math


class Exp(Function):
    def forward(self, x):
        return math.exp(x)

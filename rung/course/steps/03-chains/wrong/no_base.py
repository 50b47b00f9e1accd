# caught by: test_exp_is_a_function
import numpy as np


# remove: Exp
class Exp:
    def __call__(self, input):
        return Variable(np.exp(input.data))

# caught by: test_no_deeper_than_before
import sys


class Variable:
    def backward(self):
        sys.setrecursionlimit(100_000)
        f = self.creator
        if f is None:
            return
        f.input.grad = f.backward(self.grad)
        f.input.backward()

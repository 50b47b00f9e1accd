# caught by: test_still_no_circle_of_files
class Add(Function):
    def backward(self, gy):
        global sum_to
        from .functions import sum_to

        x0, x1 = self.inputs
        return sum_to(gy, x0.shape), sum_to(gy, x1.shape)

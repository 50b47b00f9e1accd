class Variable:
    def backward(self, retain_grad=False, create_graph=False):
        """Hand the gradient on to all that this variable was computed from, the youngest function first.

        Gradients of variables in the middle are let go once they were used, unless `retain_grad` is true.
        With `create_graph`, gradients remember how they were computed, and have gradients themselves.
        """
        if self.grad is None:
            self.grad = Variable(np.ones_like(self.data))
        funcs, seen = [], {None}

        def add_func(f):
            if f not in seen:
                seen.add(f)
                bisect.insort(funcs, f, key=lambda f: f.generation)

        add_func(self.creator)
        while funcs:
            f = funcs.pop()
            outputs = [ref() for ref in f.outputs]
            with using_config("enable_backprop", create_graph):
                gxs = f.backward(*[None if y is None else y.grad for y in outputs])
                if not isinstance(gxs, tuple):
                    gxs = (gxs,)
                for x, gx in zip(f.inputs, gxs, strict=True):
                    x.grad = gx if x.grad is None else x.grad + gx
                    add_func(x.creator)
            if not retain_grad:
                for y in outputs:
                    if y is not None:
                        y.cleargrad()


class Mul(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return x1 * gy, x0 * gy


class Div(Function):
    def backward(self, gy):
        x0, x1 = self.inputs
        return gy / x1, -x0 / x1**2 * gy


class Pow(Function):
    def backward(self, gy):
        if self.c == 0:
            return Variable(np.zeros_like(gy.data))  # x ** 0 is 1 wherever one stands, even at 0
        x = self.inputs[0]
        return self.c * x ** (self.c - 1) * gy

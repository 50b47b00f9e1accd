# caught by: test_no_graph_by_default
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

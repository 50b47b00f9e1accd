# caught by: test_forward_gets_them_one_by_one


class Function:
    def __call__(self, inputs):
        ys = self.forward([x.data for x in inputs])
        outputs = [Variable(as_array(y)) for y in ys]
        for output in outputs:
            output.set_creator(self)
        self.inputs = inputs
        self.outputs = outputs
        return outputs


class Add:
    def forward(self, xs):
        x0, x1 = xs
        return (x0 + x1,)

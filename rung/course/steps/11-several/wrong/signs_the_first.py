# caught by: test_everyone_is_signed


class Function:
    def __call__(self, inputs):
        ys = self.forward(*[x.data for x in inputs])
        outputs = [Variable(as_array(y)) for y in ys]
        outputs[0].set_creator(self)
        self.inputs = inputs
        self.outputs = outputs
        return outputs

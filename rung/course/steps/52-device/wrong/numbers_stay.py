# caught by: test_numbers_follow


class Function:
    def __call__(self, *inputs):
        arrays = [x.data if isinstance(x, Variable) else x for x in inputs]
        dtypes = [x.dtype for x in arrays if cuda.is_array(x)]
        inputs = [as_variable(x, dtypes) for x in inputs]
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        if config.enable_backprop:
            self.generation = max(x.generation for x in inputs)
            for output in outputs:
                output.set_creator(self)
            self.inputs = inputs
            self.outputs = [weakref.ref(output) for output in outputs]
        return outputs if len(outputs) > 1 else outputs[0]

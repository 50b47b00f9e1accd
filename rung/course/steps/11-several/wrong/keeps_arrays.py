# caught by: test_all_inputs_are_kept


class Function:
    def __call__(self, inputs):
        xs = [x.data for x in inputs]
        outputs = [Variable(as_array(y)) for y in self.forward(*xs)]
        for output in outputs:
            output.set_creator(self)
        self.inputs = xs
        self.outputs = outputs
        return outputs

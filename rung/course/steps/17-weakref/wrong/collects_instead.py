# caught by: test_freed_at_once
import gc


class Function:
    def __call__(self, *inputs):
        gc.collect()
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        self.generation = max(x.generation for x in inputs)
        for output in outputs:
            output.set_creator(self)
        self.inputs = inputs
        self.outputs = [lambda output=output: output for output in outputs]
        return outputs if len(outputs) > 1 else outputs[0]

# caught by: test_without_gradient_it_stays
# file: optimizers.py
class Optimizer:
    def update(self):
        params = list(self.target.params())
        for f in self.hooks:
            f(params)
        for param in params:
            self.update_one(param)

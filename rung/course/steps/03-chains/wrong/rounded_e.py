# caught by: test_exp
class Exp(Function):
    def forward(self, x):
        return 2.718**x

# caught by: test_whole_expression
Variable.__mul__ = lambda x0, x1: Variable(as_array(x0.data * x1.data))

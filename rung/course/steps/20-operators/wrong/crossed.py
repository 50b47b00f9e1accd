# caught by: test_times
Variable.__mul__ = add
Variable.__add__ = mul

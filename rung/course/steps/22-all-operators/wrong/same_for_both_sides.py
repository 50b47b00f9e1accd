# caught by: test_sub_with_numbers
Variable.__rsub__ = sub
Variable.__rtruediv__ = div

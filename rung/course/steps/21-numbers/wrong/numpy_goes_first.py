# caught by: test_array_on_the_left
# remove: Variable.__array_ufunc__

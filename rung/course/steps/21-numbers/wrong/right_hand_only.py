# caught by: test_number_on_the_left
# remove: Variable.__radd__
# remove: Variable.__rmul__

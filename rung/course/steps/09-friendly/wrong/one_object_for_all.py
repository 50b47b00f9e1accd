# caught by: test_fresh_function_for_each_call
the_square = Square()


def square(x):
    return the_square(x)

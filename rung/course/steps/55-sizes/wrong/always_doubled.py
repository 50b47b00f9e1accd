# caught by: test_pair
# file: utils.py


def pair(x):
    return (x, x)

# caught by: test_exponent_is_a_number


class Pow:
    def __init__(self, c):
        self.c = c.data if isinstance(c, Variable) else c

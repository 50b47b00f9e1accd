# caught by: test_repr_of_several_lines


class Variable:
    def __repr__(self):
        return f"variable({self.data})"

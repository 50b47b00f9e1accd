# caught by: test_len


class Variable:
    def __len__(self):
        return self.data.size

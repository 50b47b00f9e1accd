# caught by: test_text
# file: datasets.py


class Text:
    def __getitem__(self, i):
        return self.data[i : i + self.length], self.data[i : i + self.length]

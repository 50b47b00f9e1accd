GLYPHS = {  # the ten digits, five rows of three, as bits
    0: (7, 5, 5, 5, 7), 1: (2, 6, 2, 2, 7), 2: (7, 1, 7, 4, 7), 3: (7, 1, 7, 1, 7), 4: (5, 5, 7, 1, 1),
    5: (7, 4, 7, 1, 7), 6: (7, 4, 7, 5, 7), 7: (7, 1, 1, 2, 2), 8: (7, 5, 7, 5, 7), 9: (7, 5, 7, 1, 7),
}  # fmt: skip


class Digits(Dataset):
    """Digits of 12 x 12 points, crooked, blurred and noisy, made by a formula: no file is needed."""

    def prepare(self):
        rng = np.random.default_rng(0 if self.train else 1)
        self.label = rng.integers(0, 10, 2000 if self.train else 500)
        self.data = np.stack([drawn(digit, rng) for digit in self.label])


def drawn(digit, rng):
    """A digit as a picture of (1, 12, 12) bytes, never twice the same."""
    glyph = np.array([[row >> (2 - i) & 1 for i in range(3)] for row in GLYPHS[int(digit)]], float)
    y, x = np.mgrid[0:12, 0:12] - 5.5
    y, x = y + rng.uniform(-1.2, 1.2), x + rng.uniform(-1.2, 1.2)
    x = x + rng.uniform(-0.35, 0.35) * y
    rows, columns = np.round(y / 2.1 + 2).astype(int), np.round(x / rng.uniform(1.6, 2.6) + 1).astype(int)
    inside = (rows >= 0) & (rows < 5) & (columns >= 0) & (columns < 3)
    ink = np.where(inside, glyph[rows.clip(0, 4), columns.clip(0, 2)], 0) * rng.uniform(0.6, 1)
    return ((ink + 0.12 * rng.standard_normal(ink.shape)).clip(0, 1) * 255).astype(np.uint8)[None]


class MNIST(Dataset):
    """Handwritten digits of 28 x 28 points, read from a folder that has the four files of MNIST."""

    # TODO: __init__(self, folder, train=True, transform=None, target_transform=None), and prepare


def read_idx(path):
    """The array in a file of the form idx: two zeros, a type, the number of axes, their lengths, and the bytes."""
    # TODO

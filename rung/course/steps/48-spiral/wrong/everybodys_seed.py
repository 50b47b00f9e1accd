# caught by: test_nobody_elses_random_numbers
# file: datasets.py
def get_spiral(train=True):
    np.random.seed(0 if train else 1)
    t = np.repeat(np.arange(3), 100)
    radius = np.tile(np.arange(100) / 100, 3)
    angle = 4 * t + 4 * radius + 0.2 * np.random.randn(300)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    order = np.random.permutation(300)
    return x[order].astype(np.float32), t[order]

# caught by: test_points_lie_on_their_arms
# file: datasets.py
def get_spiral(train=True):
    rng = np.random.default_rng(0 if train else 1)
    t = np.repeat(np.arange(3), 100)
    radius = np.tile(np.arange(100) / 100, 3)
    angle = 4 * t + 4 * radius + 0.2 * rng.standard_normal(300)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return x[rng.permutation(300)].astype(np.float32), t[rng.permutation(300)]

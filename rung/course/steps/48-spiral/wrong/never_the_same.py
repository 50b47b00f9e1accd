# caught by: test_same_points_each_time
# file: datasets.py
def get_spiral(train=True):
    rng = np.random.default_rng()
    t = np.repeat(np.arange(3), 100)
    radius = np.tile(np.arange(100) / 100, 3)
    angle = 4 * t + 4 * radius + 0.2 * rng.standard_normal(300)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    order = rng.permutation(300)
    return x[order].astype(np.float32), t[order]

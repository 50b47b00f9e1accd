class SinCurve(Dataset):
    """Points of a sine curve, one after the other, noisy for training; the label is always the next point."""

    def prepare(self):
        x = np.linspace(0, 8 * np.pi, 1000)
        noise = np.random.default_rng(0).uniform(-0.05, 0.05, 1000) if self.train else 0
        y = (np.sin(x) + noise).astype(np.float32)[:, None]
        self.data, self.label = y[:-1], y[1:]

import numpy as np
from myrung import Dataset
from myrung.datasets import Spiral


class Coins(Dataset):
    """A thousand million series of coin tosses, and how many heads each has. None of them exists."""

    def prepare(self):
        self.count = 10**9

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        tosses = np.random.default_rng(i).integers(0, 2, 12)
        return tosses, int(tosses.sum())


coins = Coins()
print("Coins has", f"{len(coins):,}", "examples")
for i in 0, 123_456_789, 999_999_999, 0:
    x, t = coins[i]
    print(f"  number {i:11,}: {''.join('.H'[toss] for toss in x)}  {t} heads")

rng = np.random.default_rng(0)
plain = Spiral()
shaky = Spiral(transform=lambda x: x + rng.normal(0, 0.01, 2).astype(np.float32))
print("Spiral has", len(plain), "examples, and is asked three times for number 7:")
for ds, name in (plain, "plain"), (shaky, "shaky"):
    print(f"  {name}", *[f"({x[0]:.3f}, {x[1]:.3f}) {t}" for x, t in (ds[7], ds[7], ds[7])], sep="   ")

named = Spiral(target_transform=lambda t: "ABC"[t])
print("  by name", [t for _, t in (named[i] for i in range(8))])

import tempfile
from pathlib import Path

import numpy as np
import myrung.functions as F
from myrung import no_grad, seed, test_mode
from myrung.models import VGG16

size, channels = 224, 3
numbers, work = {}, {}
model = VGG16()
print("block    sees      channels      numbers    multiplications")
for block, names in enumerate(model.blocks, 1):
    for name in names:
        out = getattr(model, name).out_channels
        numbers[name], work[name] = out * channels * 9 + out, out * channels * 9 * size**2
        channels = out
    in_block = sum(numbers[name] for name in names), sum(work[name] for name in names)
    print(f"conv{block}  {size:3} x {size:3} {channels:11} {in_block[0]:15,} {in_block[1]:18,}")
    size //= 2
rows = channels * size**2
for name in "fc6", "fc7", "fc8":
    out = getattr(model, name).out_size
    numbers[name], work[name], rows = rows * out + out, rows * out, out
    print(f"{name} {out:26} {numbers[name]:15,} {work[name]:18,}")
total, last = sum(numbers.values()), sum(numbers[name] for name in ("fc6", "fc7", "fc8"))
print(f"together {sum(numbers.values()):36,} {sum(work.values()):18,}")
print(f"in the last three layers: {last / total:.0%} of the numbers,", end=" ")
print(f"{sum(work[name] for name in ('fc6', 'fc7', 'fc8')) / sum(work.values()):.0%} of the work")

seed(58)
small = VGG16(classes=3, width=4, hidden=16)
picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3))
with no_grad(), test_mode(), tempfile.TemporaryDirectory() as folder:
    scores = small(VGG16.preprocess(picture))
    small.save_weights(Path(folder) / "weights.npz")
    kilobytes = (Path(folder) / "weights.npz").stat().st_size // 1000
    again = VGG16(classes=3, width=4, hidden=16)
    again.load_weights(Path(folder) / "weights.npz")
    same = np.array_equal(again(VGG16.preprocess(picture)).data, scores.data)
print(f"\na small one: {sum(p.size for p in small.params()):,} numbers, in a file of {kilobytes} kB;", end=" ")
print("read back, it says the same" if same else "read back, it says something else")

print("how loud the picture still is after each convolution:")
seed(0)
x, loud = np.random.default_rng(0).standard_normal((1, 16, 16, 16)), []
deep = VGG16(width=16)
with no_grad():
    for name in sum(deep.blocks, []):
        x = F.relu(getattr(deep, name)(x))
        loud.append(float((x.data**2).mean() ** 0.5))
print("  ", " ".join(f"{level:.2f}" for level in loud))

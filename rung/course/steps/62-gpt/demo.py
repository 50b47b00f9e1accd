import os
from pathlib import Path

import myrung.functions as F
from myrung import GPT, DataLoader, seed
from myrung.datasets import Text
from myrung.optimizers import Adam

RHYME = (
    "the cat sat on the mat. the rat sat on the cat. the cat saw the rat. the rat ran. the man saw the cat. "
    "the man sat on the hat. the hat was flat. the cat ran. the man ran at the rat. the rat sat. "
)
own = Path(os.environ.get("RUNG_DATA", "nowhere")) / "text.txt"
data = Text(own.read_text(encoding="utf-8") if own.is_file() else RHYME, 24)

seed(0)
model = GPT(len(data.symbols), length=24, size=32, num_blocks=1)
model(data[0][0][None])
for p in model.params():
    p.data = p.data.astype(float)  # so that it writes the same on every machine
optimizer = Adam(0.01).setup(model)
print(f"{len(data.symbols)} symbols, {sum(p.size for p in model.params()):,} numbers to learn")

step, count = 0, len(data.symbols)
while step < 100:
    for x, t in DataLoader(data, 16):
        if step in (0, 10, 30, 99):
            said = "".join(data.symbols[i] for i in model.write(data.data[:4], 56, temperature=0.5))
            print(f"after {step:3} steps: {said}")
        loss = F.softmax_cross_entropy(model(x).reshape(-1, count), t.reshape(-1))
        model.cleargrads()
        loss.backward()
        optimizer.update()
        step += 1
        if step == 100:
            break

import json

import myrung.functions as F
from myrung import GPT, DataLoader, seed
from myrung.datasets import Text
from myrung.optimizers import Adam

RHYME = (
    "the cat sat on the mat. the rat sat on the cat. the cat saw the rat. the rat ran. the man saw the cat. "
    "the man sat on the hat. the hat was flat. the cat ran. the man ran at the rat. the rat sat. "
)
data = Text(RHYME, 24)
seed(0)
model = GPT(len(data.symbols), length=24, size=32, num_blocks=1)
optimizer = Adam(0.01).setup(model)
lines, step, count = [], 0, len(data.symbols)
while step < 100:
    for x, t in DataLoader(data, 16):
        if step in (0, 10, 30, 99):
            said = "".join(data.symbols[i] for i in model.write(data.data[:4], 56, temperature=0.5))
            lines.append([f"after {step} steps", said])
        loss = F.softmax_cross_entropy(model(x).reshape(-1, count), t.reshape(-1))
        model.cleargrads()
        loss.backward()
        optimizer.update()
        step += 1
        if step == 100:
            break
print(json.dumps({
    "title": "A transformer learns to write",
    "about": f"It has seen one rhyme of {len(data.data)} letters and knows {count} symbols; what it adds is its own.",
    "kind": "text",
    "wide": True,
    "lines": lines,
}))  # fmt: skip

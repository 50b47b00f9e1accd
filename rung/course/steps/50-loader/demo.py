import myrung
import numpy as np
from myrung import DataLoader, Dataset, accuracy, no_grad, softmax_cross_entropy, tanh
from myrung.datasets import Spiral
from myrung.models import MLP
from myrung.optimizers import Adam


class Ten(Dataset):
    def prepare(self):
        self.data = self.label = np.arange(10)


myrung.seed(1)
loader = DataLoader(Ten(), batch_size=4)
for epoch in range(3):
    print(f"epoch {epoch}:", "   ".join(" ".join(map(str, t)) for _, t in loader))
print("left early:", next(iter(loader))[1], " and the next epoch has", sum(len(t) for _, t in loader), "examples")
print("two at once:", sum(1 for _ in loader for _ in loader), "pairs of batches")
print()


def epoch(model, loader, optimizer=None):
    """One walk through the data, with updates if there is an optimiser: mean loss, share of right answers."""
    total = right = 0.0
    for x, t in loader:
        y = model(x)
        loss = softmax_cross_entropy(y, t)
        if optimizer is not None:
            model.cleargrads()
            loss.backward()
            optimizer.update()
        total += float(loss.data) * len(t)
        right += float(accuracy(y, t).data) * len(t)
    return total / len(loader.dataset), right / len(loader.dataset)


train, test = DataLoader(Spiral(), 32), DataLoader(Spiral(train=False), 128, shuffle=False)
model = MLP((20, 3), tanh)
optimizer = Adam(0.03).setup(model)
print("epoch        loss  right     new points: loss  right")
for number in range(41):
    loss, right = epoch(model, train, optimizer)
    if number % 10 == 0:
        with no_grad():
            new_loss, new_right = epoch(model, test)
        print(f"{number:5}       {loss:.3f}   {right:4.0%}                 {new_loss:.3f}   {new_right:4.0%}")

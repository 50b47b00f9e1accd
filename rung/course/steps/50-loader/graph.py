import myrung
from myrung import DataLoader, softmax_cross_entropy
from myrung.datasets import Spiral
from myrung.models import MLP

myrung.seed(0)
x, t = next(iter(DataLoader(Spiral(), 8)))
loss = softmax_cross_entropy(MLP((4, 3))(x), t)
loss.backward()

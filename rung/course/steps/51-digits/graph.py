import myrung
from myrung import DataLoader, relu, softmax_cross_entropy
from myrung.datasets import Digits
from myrung.models import MLP
from myrung.transforms import Compose, as_float, flatten

myrung.seed(0)
x, t = next(iter(DataLoader(Digits(train=False, transform=Compose(as_float, flatten)), 20)))
loss = softmax_cross_entropy(MLP((32, 10), relu)(x), t)
loss.backward()

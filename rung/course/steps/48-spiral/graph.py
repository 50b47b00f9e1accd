import myrung
from myrung import softmax_cross_entropy
from myrung.datasets import get_spiral
from myrung.models import MLP

myrung.seed(0)
x, t = get_spiral()
model = MLP((10, 3))
loss = softmax_cross_entropy(model(x[:30]), t[:30])
loss.backward()

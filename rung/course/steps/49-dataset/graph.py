import myrung
from myrung import softmax_cross_entropy
from myrung.datasets import Spiral
from myrung.models import MLP

myrung.seed(0)
x, t = Spiral()[7]
loss = softmax_cross_entropy(MLP((4, 3))(x[None]), t[None])
loss.backward()

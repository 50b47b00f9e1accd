"""Three spiral arms, and the boundary that a small network draws between them."""

import numpy as np
from common import at_least, run

import rung
import rung.functions as F
from rung.datasets import Spiral
from rung.models import MLP
from rung.optimizers import Adam
from rung.visualize import draw_points

AIMS = {"test accuracy": at_least(0.97)}


def main(options):
    train, test = Spiral(train=True), Spiral(train=False)
    model = MLP((32, 32, 3), activation=F.relu)
    optimizer = Adam(0.01).setup(model)
    for _ in range(3 if options.quick else 150):
        for x, t in rung.DataLoader(train, batch_size=30):
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()

    def probabilities(points):
        with rung.no_grad(), rung.test_mode():
            return F.softmax(model(points.astype(np.float32))).data

    draw_points(test.data, test.label, probabilities, test.classes, options.out / "regions.png", "three spiral arms")
    return {"test accuracy": F.accuracy(probabilities(test.data), test.label).item()}


if __name__ == "__main__":
    run(main, AIMS, __doc__)

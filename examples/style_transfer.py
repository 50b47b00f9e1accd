"""Style transfer: one photograph, painted with the colours and the textures of another.

An image is changed by gradient descent until VGG16's deep features are those of one photograph, and the products of
its shallow features, which forget places and keep textures, those of another. With RUNG_PRETRAINED=1 in the
environment, the weights that torchvision trained on ImageNet are fetched; without, they are random ones, which see
textures too, though coarsely: the picture is then a recolouring more than a painting.
Source: Gatys, Ecker & Bethge, CVPR 2016.
"""

import os

import numpy as np
from common import at_least, run

import rung
import rung.functions as F
from rung import Parameter
from rung.models import VGG16
from rung.optimizers import Adam
from rung.transforms.imagenet import MEAN, STD
from rung.visualize.sheet import MARGIN, Sheet

AIMS = {"the style loss fell by a factor of": at_least(20)}
PRETRAINED = os.environ.get("RUNG_PRETRAINED") == "1"
SIZE = 96


def photograph(name):
    """One of scikit-learn's two photographs, normalised: (1, 3, size, size)."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    image = Image.fromarray(load_sample_image(name)).resize((SIZE, SIZE))
    pixels = np.asarray(image, np.float32).transpose(2, 0, 1) / 255
    return ((pixels - np.reshape(MEAN, (3, 1, 1))) / np.reshape(STD, (3, 1, 1))).astype(np.float32)[None]


def shown(x):
    """An image as matplotlib takes it: (size, size, 3), from 0 to 1."""
    pixels = x[0] * np.reshape(STD, (3, 1, 1)) + np.reshape(MEAN, (3, 1, 1))
    return np.clip(pixels, 0, 1).transpose(1, 2, 0)


def textures(maps):
    """The products of feature maps, averaged over all places: (C, C) for each stage."""
    grams = []
    for m in maps:
        rows = F.reshape(m, (m.shape[1], -1))
        grams.append(F.matmul(rows, rows.T) / rows.size)
    return grams


def main(options):
    model = VGG16(pretrained=PRETRAINED).freeze()
    content, style = photograph("china.jpg"), photograph("flower.jpg")
    with rung.no_grad():
        wanted_content = model.features(content)[3]
        wanted_style = textures(model.features(style)[:4])
    painting = rung.Layer()
    painting.image = Parameter(content.copy())
    optimizer = Adam(0.03).setup(painting)
    styles = []
    steps = 3 if options.quick else 150
    for step in range(steps):
        maps = model.features(painting.image)
        gaps = [F.sum((a - b) ** 2) / F.sum(b**2) for a, b in zip(textures(maps[:4]), wanted_style, strict=True)]
        style_loss = F.sum(F.stack(gaps))
        content_loss = F.sum((maps[3] - wanted_content) ** 2) / F.sum(wanted_content**2)
        painting.cleargrads()
        (style_loss + 0.1 * content_loss).backward()
        optimizer.update()
        styles.append(style_loss.item())
        if step % 10 == 0:
            print(f"  step {step} of {steps}: style {styles[-1]:.4f}, content {content_loss.item():.4f}", flush=True)
    sheet = Sheet(9.0, 3.9)
    kind = "pretrained" if PRETRAINED else "random"
    sheet.head("Style transfer", f"VGG16, {kind} weights", "what to paint, what to paint it like, and the painting")
    for i, x in enumerate((content, style, painting.image.data)):
        axes = sheet.panel(MARGIN + i * 2.85, 1.05, 2.6, 2.6)
        axes.imshow(shown(x), interpolation="bicubic")
    sheet.save(options.out / "painting.png")
    return {"the style loss fell by a factor of": styles[0] / styles[-1], "last content loss": content_loss.item()}


if __name__ == "__main__":
    run(main, AIMS, __doc__)

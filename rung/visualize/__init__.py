"""Pictures of a training run, from plain arrays. Each is a PNG file, written whole or not at all.

- `curves`: loss and accuracy, epoch by epoch
- `contact`: samples of a dataset
- `schedules`: learning rates over the steps
- `confusion`: which class was read as which
- `mistakes`: the images that were read wrong
- `points`: where in the plane a model sees which class
- `sheet`: the paper that all of them are drawn on, its text and its colours

Matplotlib, of the extra `plot`, is imported when the first picture is drawn.
"""

from rung.visualize.confusion import draw_confusion
from rung.visualize.contact import draw_contact
from rung.visualize.curves import draw_curves
from rung.visualize.mistakes import draw_mistakes
from rung.visualize.points import draw_points
from rung.visualize.schedules import draw_schedules

__all__ = [
    "draw_confusion",
    "draw_contact",
    "draw_curves",
    "draw_mistakes",
    "draw_points",
    "draw_schedules",
]

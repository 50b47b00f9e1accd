import gc
import tracemalloc

import numpy as np
from myrung import Variable, square

MEGABYTE = 2**20

gc.disable()  # Python's search for cycles rests: what is freed now is freed by itself
tracemalloc.start()
x = Variable(np.ones(MEGABYTE // 8))
for count in range(1, 13):
    y = square(square(x))
    if count in (1, 2, 3, 12):
        now, _ = tracemalloc.get_traced_memory()
        print(f"after calculation {count:2}: {now / MEGABYTE:.0f} MB")

import numpy as np
from myrung import Variable

x = Variable(np.array(1.0))
print("in the box:", x.data)

x.data = np.array(2.0)
print("after putting something else in:", x.data)

x.came_from = "a measurement"
print("written on the box:", x.came_from)

photos = np.zeros((1000, 64, 64, 3), dtype=np.float32)
album = Variable(photos)
print("in the album:", album.data.shape, "that is", album.data.nbytes, "bytes")
print("how many of them were copied:", 0 if album.data is photos else album.data.nbytes)

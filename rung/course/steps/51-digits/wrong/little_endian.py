# caught by: test_idx_files
# file: datasets.py
def read_idx(path):
    raw = gzip.decompress(pathlib.Path(path).read_bytes())
    ndim = raw[3]
    shape = np.frombuffer(raw, "<i4", ndim, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * ndim).reshape(shape)

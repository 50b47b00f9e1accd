# caught by: test_transforms
# file: transforms.py
def as_float(x):
    return (x // 255).astype(np.float32)

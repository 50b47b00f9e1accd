# caught by: test_conv2d
# file: functions_conv.py


def conv2d(x, W, b=None, stride=1, pad=0):
    x, W = as_variable(x), as_variable(W)
    if W.shape[1] != x.shape[1]:
        raise ValueError(f"conv2d: expected a picture of {W.shape[1]} channels, but got shape {x.shape}")
    col = im2col(x, W.shape[2:], stride, pad)
    N, OC, OH, OW = len(x), len(W), *col.shape[4:]
    y = matmul(W.reshape(OC, -1), col.reshape(N, -1, OH * OW)).reshape(N, OC, OH, OW)
    return y if b is None else y + b

# caught by: test_pooling_at_the_border
# file: functions_conv.py


def pooling(x, kernel_size, stride=1, pad=0):
    col = im2col(x, kernel_size, stride, pad)
    N, C, KH, KW, OH, OW = col.shape
    col = col.reshape(N, C, KH * KW, OH, OW)
    n, c, y, x = np.ogrid[:N, :C, :OH, :OW]
    return col[n, c, col.data.argmax(axis=2), y, x]

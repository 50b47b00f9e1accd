# caught by: test_all_windows
# file: functions_conv.py


def windows(shape, kernel_size, stride, pad):
    (KH, KW), (SH, SW), (PH, PW) = pair(kernel_size), pair(stride), pair(pad)
    OH, OW = get_conv_outsize(shape[2], KH, SH, PH), get_conv_outsize(shape[3], KW, SW, PW)
    for j, i in np.ndindex(KH, KW):
        yield j, i, (..., slice(j, j + OH), slice(i, i + OW))

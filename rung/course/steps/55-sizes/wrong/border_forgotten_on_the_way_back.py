# caught by: test_the_way_back
# file: utils.py


def get_deconv_outsize(size, kernel_size, stride, pad):
    return stride * (size - 1) + kernel_size

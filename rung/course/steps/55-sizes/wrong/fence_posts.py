# caught by: test_windows_side_by_side
# file: utils.py


def get_conv_outsize(input_size, kernel_size, stride, pad):
    room = input_size + 2 * pad - kernel_size
    if room < 0:
        raise ValueError(f"get_conv_outsize: a window of {kernel_size} does not fit into {input_size}")
    return room // stride

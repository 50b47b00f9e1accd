def pair(x):
    """Two numbers: x and x again, or the two of a tuple."""
    return x if isinstance(x, tuple) else (x, x)


def get_conv_outsize(input_size, kernel_size, stride, pad):
    """How many places a window finds that moves over the input."""
    room = input_size + 2 * pad - kernel_size
    if room < 0:
        raise ValueError(
            f"get_conv_outsize: a window of {kernel_size} does not fit into {input_size} with {pad} on each side"
        )
    return room // stride + 1


def get_deconv_outsize(size, kernel_size, stride, pad):
    """How long the input was, at least, that led to so many places."""
    return stride * (size - 1) + kernel_size - 2 * pad

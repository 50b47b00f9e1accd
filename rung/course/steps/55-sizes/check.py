import myrung
from rung.course.testing import Unmet, expect, expect_raises, expect_type


def conv(*args):
    return myrung.get_conv_outsize(*args)


def deconv(*args):
    return myrung.get_deconv_outsize(*args)


def pair(x):
    return myrung.pair(x)


WHICH = "get_conv_outsize({}, {}, {}, {})"


def counted(size, kernel, stride, pad):
    """The places of a window, counted one by one on a strip of paper."""
    begin, found = -pad, 0
    while begin + kernel <= size + pad:
        begin, found = begin + stride, found + 1
    return found


def test_windows_side_by_side():
    for args, places in {(4, 3, 1, 0): 2, (5, 5, 1, 0): 1, (28, 5, 1, 0): 24, (7, 1, 1, 0): 7}.items():
        expect(WHICH.format(*args) + ", places of a window", conv(*args), places, myrung.get_conv_outsize)


def test_border_on_both_sides():
    for args, places in {(4, 3, 1, 1): 4, (28, 5, 1, 2): 28, (1, 3, 1, 1): 1, (5, 4, 1, 2): 6}.items():
        expect(WHICH.format(*args) + ", with a border", conv(*args), places, myrung.get_conv_outsize)


def test_longer_steps():
    for args, places in {
        (7, 3, 2, 0): 3,
        (8, 3, 2, 0): 3,
        (9, 3, 2, 0): 4,
        (224, 7, 2, 3): 112,
        (28, 2, 2, 0): 14,
    }.items():
        expect(WHICH.format(*args) + ", with steps of more than one", conv(*args), places, myrung.get_conv_outsize)


def test_as_counted_on_paper():
    for size in range(1, 13):
        for kernel in range(1, 6):
            for stride in range(1, 5):
                for pad in range(3):
                    if size + 2 * pad >= kernel:
                        args = size, kernel, stride, pad
                        expect(WHICH.format(*args), conv(*args), counted(*args), myrung.get_conv_outsize)


def test_whole_numbers():
    expect_type(WHICH.format(7, 3, 2, 0), conv(7, 3, 2, 0), int, myrung.get_conv_outsize)
    expect_type("get_deconv_outsize(3, 3, 2, 0)", deconv(3, 3, 2, 0), int, myrung.get_deconv_outsize)


def test_a_window_that_does_not_fit():
    for args in (2, 3, 1, 0), (1, 4, 2, 1), (3, 8, 1, 2):
        error = expect_raises(WHICH.format(*args), ValueError, lambda a=args: conv(*a), myrung.get_conv_outsize)
        if str(args[1]) not in str(error) or str(args[0]) not in str(error):
            raise Unmet(
                f"the sentence about a window of {args[1]} on {args[0]}",
                "both numbers in it",
                str(error),
                myrung.get_conv_outsize,
            )


def test_the_way_back():
    for args, size in {
        (2, 3, 1, 0): 4,
        (4, 3, 1, 1): 4,
        (3, 3, 2, 0): 7,
        (112, 7, 2, 3): 223,
        (14, 2, 2, 0): 28,
    }.items():
        expect("get_deconv_outsize({}, {}, {}, {})".format(*args), deconv(*args), size, myrung.get_deconv_outsize)


def test_there_and_back():
    for places in range(2, 9):
        for kernel in range(1, 6):
            for stride in range(1, 5):
                for pad in range(3):
                    size = deconv(places, kernel, stride, pad)
                    if size >= 1:
                        what = f"places of a window of {kernel}, stride {stride}, border {pad}, on a length of {size}"
                        expect(what, counted(size, kernel, stride, pad), places, myrung.get_deconv_outsize)
                        less = counted(size - 1, kernel, stride, pad)
                        expect(f"{what} less 1", less, places - 1, myrung.get_deconv_outsize)


def test_pair():
    expect("pair(3)", pair(3), (3, 3), myrung.pair)
    expect("pair((2, 5))", pair((2, 5)), (2, 5), myrung.pair)
    expect_type("pair(3)", pair(3), tuple, myrung.pair)

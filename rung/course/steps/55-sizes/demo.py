from myrung import get_conv_outsize, get_deconv_outsize, pair


def strip(size, kernel, stride, pad):
    """A row of numbers with its border, and every place of the window below it."""
    places = get_conv_outsize(size, kernel, stride, pad)
    print(f"length {size}, window {kernel}, stride {stride}, border {pad}: {places} places")
    print("   " + " ".join("." * pad + "o" * size + "." * pad))
    for i in range(places):
        row = [" "] * (size + 2 * pad)
        row[i * stride : i * stride + kernel] = "#" * kernel
        print("   " + " ".join(row).rstrip())
    print()


strip(5, 3, 1, 0)
strip(5, 3, 1, 1)
strip(8, 3, 2, 0)

print("a photo, 224 x 224, on its way through windows of 3, border 1, each followed by halving:")
height, width = pair(224)
sizes = [height]
for _ in range(5):
    height = get_conv_outsize(get_conv_outsize(height, 3, 1, 1), 2, 2, 0)
    sizes.append(height)
print("  ", " -> ".join(map(str, sizes)))
print("and all the way back:")
for _ in range(5):
    height = get_deconv_outsize(height, 2, 2, 0)
print("  ", height)

print("lengths on which a window of 3 with stride 2 finds 3 places:", end=" ")
print([size for size in range(3, 20) if get_conv_outsize(size, 3, 2, 0) == 3])
print("what get_deconv_outsize says of 3 places:", get_deconv_outsize(3, 3, 2, 0))
try:
    get_conv_outsize(4, 7, 1, 1)
except ValueError as error:
    print("ValueError:", error)

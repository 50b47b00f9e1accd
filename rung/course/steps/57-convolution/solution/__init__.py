from .functions_conv import col2im, conv2d, im2col, pooling

from .utils import get_conv_outsize, get_deconv_outsize, pair

# caught by: test_windows_put_back
# file: functions_conv.py


class Col2im:
    def forward(self, col):
        N, C, H, W = self.shape
        PH, PW = pair(self.geometry[2])
        padded = cuda.get_array_module(col).zeros((N, C, H + 2 * PH, W + 2 * PW), col.dtype)
        for j, i, place in windows(self.shape, *self.geometry):
            padded[place] = col[:, :, j, i]
        return padded[:, :, PH : PH + H, PW : PW + W]

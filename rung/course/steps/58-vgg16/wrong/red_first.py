# caught by: test_preprocess
# file: models.py


class VGG16:
    @staticmethod
    def preprocess(picture):
        x = np.asarray(picture, np.float32) - np.array([103.939, 116.779, 123.68], np.float32)
        return np.ascontiguousarray(x.transpose(2, 0, 1))[None]

# caught by: test_two_layers_are_strangers
# file: layers.py
class Layer:
    _params = {}

    def __init__(self):
        pass

# caught by: test_it_forgets
# file: layers.py


class RNN:
    def reset_state(self):
        if getattr(self, "h", None) is None:
            self.h = None
        else:
            self.h.unchain()

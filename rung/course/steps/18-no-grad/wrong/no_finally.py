# caught by: test_no_grad_ends_after_an_error
import contextlib


@contextlib.contextmanager
def using_config(name, value):
    old = getattr(config, name)
    setattr(config, name, value)
    yield
    setattr(config, name, old)

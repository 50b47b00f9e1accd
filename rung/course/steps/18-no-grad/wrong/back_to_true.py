# caught by: test_nested
import contextlib


@contextlib.contextmanager
def using_config(name, value):
    getattr(config, name)
    setattr(config, name, value)
    try:
        yield
    finally:
        setattr(config, name, True)

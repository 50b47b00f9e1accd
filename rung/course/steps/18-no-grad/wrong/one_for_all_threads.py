# caught by: test_threads
import types

config = types.SimpleNamespace(enable_backprop=True)

# caught by: test_pythons_own_sum
# file: __init__.py
from .functions import sum

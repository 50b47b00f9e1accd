# caught by: test_pythons_sum_is_left_alone
# file: __init__.py
from .functions import sum

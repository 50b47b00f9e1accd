# caught by: test_transpose_as_method
# file: functions.py
Variable.transpose = lambda x, *axes: transpose(x, axes)

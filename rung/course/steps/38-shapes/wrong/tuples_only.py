# caught by: test_reshape_as_method
# file: functions.py
Variable.reshape = reshape

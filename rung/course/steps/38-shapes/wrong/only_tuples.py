# caught by: test_methods
# file: functions.py
Variable.reshape = reshape

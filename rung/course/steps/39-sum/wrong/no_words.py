# caught by: test_method
# file: functions.py
Variable.sum = lambda x: sum(x)

# caught by: test_methods_are_recorded
# file: functions.py
Variable.T = property(lambda x: Variable(x.data.T))

# caught by: test_quotation_marks
# file: dot.py
def quote(text):
    return f'"{text}"'

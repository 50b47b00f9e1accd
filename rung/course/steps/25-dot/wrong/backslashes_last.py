# caught by: test_quotation_marks
# file: dot.py
def quote(text):
    escaped = str(text).replace('"', '\\"').replace("\n", "\\n").replace("\\", "\\\\")
    return f'"{escaped}"'

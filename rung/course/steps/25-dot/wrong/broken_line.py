# caught by: test_two_lines
# file: dot.py
def quote(text):
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

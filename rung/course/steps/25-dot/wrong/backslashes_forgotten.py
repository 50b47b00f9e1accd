# caught by: test_backslashes
# file: dot.py
def quote(text):
    escaped = str(text).replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

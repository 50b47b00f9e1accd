# caught by: test_edge
# file: dot.py
def edge(tail, head):
    return f"{quote(tail)} -- {quote(head)};"

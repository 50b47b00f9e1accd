# caught by: test_strange_node
# file: dot.py
def node(name, **attributes):
    looks = ", ".join(f"{key}={quote(value)}" for key, value in attributes.items())
    return f"{name} [{looks}];"

# caught by: test_node
# file: dot.py
def node(name, **attributes):
    looks = ", ".join(f"{key}={value}" for key, value in attributes.items())
    return f"{quote(name)} [{looks}];"

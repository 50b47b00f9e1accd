# caught by: test_digraph
# file: dot.py
def digraph(lines):
    return "digraph { " + " ".join(lines) + " }"

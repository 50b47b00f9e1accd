# caught by: test_no_graphviz
# file: dot.py
def plot_dot_graph(output, to_file="graph.svg", verbose=True):
    if shutil.which("dot") is None:
        return
    kind = pathlib.Path(to_file).suffix[1:]
    subprocess.run(
        ["dot", f"-T{kind}", "-o", str(to_file)], input=get_dot_graph(output, verbose), text=True, check=True
    )

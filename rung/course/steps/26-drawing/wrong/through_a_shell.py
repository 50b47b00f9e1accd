# caught by: test_plot
# file: dot.py
def plot_dot_graph(output, to_file="graph.svg", verbose=True):
    if shutil.which("dot") is None:
        raise RuntimeError("no dot")
    command = f"dot -T{pathlib.Path(to_file).suffix[1:]} -o {to_file}"
    subprocess.run(command, shell=True, input=get_dot_graph(output, verbose), text=True, check=True)

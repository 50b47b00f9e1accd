from .dot import get_dot_graph, plot_dot_graph

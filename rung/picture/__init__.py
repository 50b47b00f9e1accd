"""The picture: the graph that is running, forward and backward, recorded, laid out and drawn."""

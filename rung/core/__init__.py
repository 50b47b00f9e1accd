"""The engine: variables, functions, and the walk back. Read record, variable, function, node, backward."""

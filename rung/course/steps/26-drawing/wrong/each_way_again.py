# caught by: test_diamond
# file: dot.py
def get_dot_graph(output, verbose=True):
    names, lines = {}, []

    def name_of(thing):
        if thing not in names:
            names[thing] = f"n{len(names)}"
            lines.append(_node_of(thing, names[thing], verbose))
        return names[thing]

    name_of(output)
    waiting, steps = [output.creator], 0
    while waiting and steps < 10000:
        f = waiting.pop()
        steps += 1
        if f is None:
            continue
        for y in [ref() for ref in f.outputs]:
            if y is not None:
                lines.append(edge(name_of(f), name_of(y)))
        for x in f.inputs:
            lines.append(edge(name_of(x), name_of(f)))
            waiting.append(x.creator)
    return digraph(lines)

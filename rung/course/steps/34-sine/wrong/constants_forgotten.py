# caught by: test_nought_for_ever
# file: utils.py
def derivatives(f, x, order):
    x = Variable(x.data)
    found = [f(x)]
    for _ in range(order):
        x.cleargrad()
        found[-1].backward(create_graph=True)
        found.append(x.grad)
    return found

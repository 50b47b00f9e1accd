# caught by: test_x_stays
# file: utils.py
def derivatives(f, x, order):
    found = [f(x)]
    for _ in range(order):
        x.cleargrad()
        found[-1].backward(create_graph=True)
        if x.grad is None:
            x.grad = Variable(np.zeros_like(x.data))
        found.append(x.grad)
    return found

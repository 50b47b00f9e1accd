# caught by: test_list
# file: utils.py
def derivatives(f, x, order):
    x = Variable(x.data)
    found = [f(x)]
    for _ in range(order + 1):
        x.cleargrad()
        found[-1].backward(create_graph=True)
        if x.grad is None:
            x.grad = Variable(np.zeros_like(x.data))
        found.append(x.grad)
    return found

# caught by: test_xs_stay
# file: utils.py
def hvp(f, xs, vs):
    f(*xs).backward(create_graph=True)
    along = sum(x.grad * v for x, v in zip(xs, vs, strict=True))
    for x in xs:
        x.cleargrad()
    along.backward()
    return [Variable(np.zeros_like(x.data)) if x.grad is None else x.grad for x in xs]

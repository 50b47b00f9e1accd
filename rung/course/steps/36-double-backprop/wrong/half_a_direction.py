# caught by: test_one_for_each
# file: utils.py
def hvp(f, xs, vs):
    """How the gradient of f at xs changes along vs: the Hessian times vs, without the Hessian."""
    xs = [Variable(x.data) for x in xs]
    f(*xs).backward(create_graph=True)
    along = sum(x.grad * v for x, v in zip(xs, vs, strict=False))
    for x in xs:
        x.cleargrad()
    along.backward()
    return [Variable(np.zeros_like(x.data)) if x.grad is None else x.grad for x in xs]

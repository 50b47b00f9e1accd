def hvp(f, x, v):
    """How the gradient of f at x changes along v: the Hessian times v, without the Hessian."""
    x = Variable(x.data)
    f(x).backward(create_graph=True)
    along = x.grad * v
    x.cleargrad()
    along.backward()
    return x.grad

# caught by: test_columns_of_the_hessian
# file: utils.py
def hvp(f, xs, vs):
    xs = [Variable(x.data) for x in xs]
    f(*xs).backward(create_graph=True)
    slopes = [x.grad for x in xs]
    found = []
    for x, slope, v in zip(xs, slopes, vs, strict=True):
        x.cleargrad()
        (slope * v).backward()
        found.append(Variable(np.zeros_like(x.data)) if x.grad is None else x.grad)
    return found

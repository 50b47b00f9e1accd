# caught by: test_without_each_other
# file: utils.py
def hvp(f, xs, vs):
    xs = [Variable(x.data) for x in xs]
    f(*xs).backward(create_graph=True)
    along = sum(x.grad * v for x, v in zip(xs, vs, strict=True))
    for x in xs:
        x.cleargrad()
    along.backward()
    return [x.grad for x in xs]

# caught by: test_old_gradients_do_not_matter
# file: descent.py
def newton(f, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        f(x).backward(create_graph=True)
        slope = x.grad
        x.cleargrad()
        slope.backward()
        x.data = as_array(x.data - slope.data / x.grad.data)
        x.cleargrad()
        places.append(float(x.data))
    return places

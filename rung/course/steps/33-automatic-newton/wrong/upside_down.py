# caught by: test_parabola_in_one_step
# file: descent.py
def newton(f, x, steps):
    places = [float(x.data)]
    for _ in range(steps):
        x.cleargrad()
        f(x).backward(create_graph=True)
        slope = x.grad
        x.cleargrad()
        slope.backward()
        x.data = as_array(x.data - x.grad.data / slope.data)
        places.append(float(x.data))
    return places

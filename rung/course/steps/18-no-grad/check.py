import gc
import threading
import weakref

import myrung
import numpy as np
from rung.course.testing import Unmet, check_gradient, expect, expect_raises, expect_same


def variable(*values):
    return myrung.Variable(np.array(*values))


def chain(x):
    a = myrung.square(x)
    b = myrung.exp(a)
    return a, b, myrung.square(b)


def recorded():
    return myrung.square(variable(1.0)).creator is not None


def at_fault():
    """Where to look if something is recorded inside no_grad(): at what turns the switch, or at what should ask it."""
    with myrung.no_grad():
        return myrung.using_config if myrung.config.enable_backprop else myrung.Function.__call__


def test_middle_gradients_are_let_go():
    x = variable(0.5)
    a, b, y = chain(x)
    y.backward()
    expect("x.grad of y = exp(x ** 2) ** 2 at x = 0.5", x.grad, 3.297442541, look=myrung.Variable.backward)
    expect_same("b.grad, after y.backward()", b.grad, None, look=myrung.Variable.backward)
    expect_same("a.grad, after y.backward()", a.grad, None, look=myrung.Variable.backward)


def test_retain_grad():
    x = variable(0.5)
    a, b, y = chain(x)
    y.backward(retain_grad=True)
    expect("b.grad, after y.backward(retain_grad=True)", b.grad, 2.568050833, look=myrung.Variable.backward)
    expect("a.grad, after y.backward(retain_grad=True)", a.grad, 3.297442541, look=myrung.Variable.backward)
    expect("x.grad", x.grad, 3.297442541, look=myrung.Variable.backward)


def test_diamond():
    x = variable(2.0)
    a = myrung.square(x)
    y = myrung.add(myrung.square(a), myrung.square(a))
    y.backward()
    expect("x.grad of y = (x ** 2) ** 2 + (x ** 2) ** 2 at x = 2", x.grad, 64.0, look=myrung.Variable.backward)


def test_no_grad_computes():
    with myrung.no_grad():
        y = myrung.exp(myrung.square(variable([0.0, 0.5])))
    expect("exp(square(x)).data, inside no_grad()", y.data, np.array([1.0, 1.2840254166877414]), look=myrung.Function)


def test_no_grad_records_nothing():
    with myrung.no_grad():
        y = myrung.square(variable(3.0))
    expect_same("the creator of y = square(x), inside no_grad()", y.creator, None, look=at_fault())
    expect("y.generation, inside no_grad()", y.generation, 0, look=at_fault())


def test_no_grad_frees_the_middle():
    gc.disable()
    try:
        with myrung.no_grad():
            a = myrung.square(variable(3.0))
            y = myrung.exp(a)
            watch = weakref.ref(a)
            del a
            if watch() is not None:
                raise Unmet("a of y = exp(a), inside no_grad(), after del a", "it to be freed", "it, alive,",
                            look=at_fault())  # fmt: skip
            expect("y.data", y.data, 8103.083927575384, look=myrung.Function)
    finally:
        gc.enable()


def test_no_grad_ends():
    with myrung.no_grad():
        pass
    expect("whether functions are recorded after the block of no_grad()", recorded(), True, look=myrung.using_config)


def test_no_grad_ends_after_an_error():
    def stumble():
        with myrung.no_grad():
            raise RuntimeError("on purpose")

    expect_raises("an error inside no_grad()", RuntimeError, stumble, look=myrung.using_config)
    expect(
        "whether functions are recorded after an error inside no_grad()", recorded(), True, look=myrung.using_config
    )


def test_nested():
    with myrung.no_grad():
        with myrung.using_config("enable_backprop", True):
            expect("whether functions are recorded with using_config('enable_backprop', True) inside no_grad()",
                   recorded(), True, look=myrung.using_config)  # fmt: skip
        with myrung.no_grad():
            pass
        expect("whether functions are recorded inside no_grad(), after a block in it has ended", recorded(), False,
               look=myrung.using_config)  # fmt: skip
    expect("whether functions are recorded after all blocks", recorded(), True, look=myrung.using_config)


def test_unknown_switch():
    def wrong_name():
        with myrung.using_config("enable_backprob", False):
            pass

    expect_raises("using_config('enable_backprob', False), which is misspelt", AttributeError, wrong_name,
                  look=myrung.using_config)  # fmt: skip


def test_threads():
    seen, inside, done = [], threading.Event(), threading.Event()

    def other():
        inside.wait(5)
        seen.append(recorded())
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with myrung.no_grad():
        inside.set()
        done.wait(5)
    thread.join()
    expect("whether another thread records, while this one is inside no_grad()", seen, [True], look=myrung.Config)


def test_gradients_are_right():
    check_gradient(lambda x, y: myrung.square(myrung.add(myrung.exp(x), myrung.square(y))),
                   what="(exp(x) + y ** 2) ** 2", look=myrung.Variable.backward, low=-1, high=1)  # fmt: skip

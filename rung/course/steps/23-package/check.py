import importlib
import shutil

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_same, in_fresh_interpreter

FACE = (
    "Add Config Div Exp Function Mul Neg Pow Square Sub Variable add as_array as_variable div exp gradient_check mul "
    "neg no_grad numerical_diff square sub using_config"
).split()


def module(name):
    try:
        return importlib.import_module(f"myrung.{name}")
    except ModuleNotFoundError as error:
        if not str(error.name).endswith(f".{name}"):
            raise  # it is there, and what it imports is not
        raise Unmet(f"import myrung.{name}", f"a file {name}.py in the package", "none") from None


def test_functions_have_a_file():
    functions = module("functions")
    for name in "Square", "Exp", "square", "exp":
        if not hasattr(functions, name):
            raise Unmet(f"functions.py, for the name {name}", "its definition", "nothing of that name")
    y = functions.exp(functions.square(myrung.Variable(np.array(1.0))))
    expect("exp(square(x)).data of functions.py, at x = 1", y.data, np.e, look=functions.exp)


def test_tools_have_a_file():
    utils = module("utils")
    for name in "numerical_diff", "gradient_check":
        if not hasattr(utils, name):
            raise Unmet(f"utils.py, for the name {name}", "its definition", "nothing of that name")
    x = myrung.Variable(np.array([1.0, 2.0]))
    came = utils.gradient_check(myrung.square, x)
    expect("gradient_check(square, x) of utils.py", bool(came), True, look=utils.gradient_check)


def test_core_is_the_core():
    core = module("core")
    left = [
        name for name in ("Square", "Exp", "square", "exp", "numerical_diff", "gradient_check") if hasattr(core, name)
    ]
    expect("what is left in core.py of that which has moved", left, [], look=myrung.Variable)


def test_one_of_each():
    functions, core = module("functions"), module("core")
    expect_same("myrung.Variable", myrung.Variable, core.Variable, look=core.Variable)
    for name in "Square", "Exp":
        if not issubclass(getattr(functions, name), core.Function):
            raise Unmet(f"the class {name} of functions.py", "one derived from the Function of core.py",
                        "one derived from another class", look=getattr(functions, name))  # fmt: skip
        expect_same(f"myrung.{name}", getattr(myrung, name), getattr(functions, name), look=getattr(functions, name))


def test_face_has_the_names():
    missing = [name for name in FACE if not hasattr(myrung, name)]
    expect("the names that are missing in __init__.py", missing, [])


def test_face_has_nothing_else():
    program = "\n".join([
        "from myrung import *",
        "import builtins",
        "own = 'np bisect contextlib threading weakref'.split()",
        "found = [name for name in own if name in globals()]",
        "print(*found, *(['pow'] if pow is not builtins.pow else []))",
    ])  # fmt: skip
    came = in_fresh_interpreter(program).split()
    expect("what 'from myrung import *' brings along, beside the framework", came, [])


def test_core_stands_alone(tmp_path):
    core = module("core")
    shutil.copy(core.__file__, tmp_path / "lonely.py")
    program = "\n".join([
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})",
        "import numpy as np",
        "try:",
        "    from lonely import Variable",
        "    x = Variable(np.array(3.0))",
        "    y = (2 * x + 1) / x - x ** 2",
        "    y.backward()",
        "    print(round(float(x.grad), 6))",
        "except Exception as error:",
        "    print(type(error).__name__, error)",
    ])  # fmt: skip
    came = in_fresh_interpreter(program).strip()
    expect("the slope of (2 * x + 1) / x - x ** 2 at 3, where a copy of core.py lies in a folder by itself", came,
           "-6.111111", look=core.Variable)  # fmt: skip

"""`python -m rung.dezero program.py` runs programs as they are."""

import subprocess
import sys
import textwrap

import pytest


def run(tmp_path, program, *arguments, status=0, name="program.py"):
    (tmp_path / name).write_text(textwrap.dedent(program), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "rung.dezero", str(tmp_path / name), *arguments],
                          capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def environment():
    import os
    from pathlib import Path

    import rung

    return {**os.environ, "PYTHONPATH": str(Path(rung.__file__).parents[1])}


def test_every_way_to_import_the_package_means_rungs(tmp_path):
    out = run(tmp_path, """
        if "__file__" in globals():
            import os, sys
            sys.path.append(os.path.join(os.path.dirname(__file__), ".."))
        import dezero
        import dezero.functions as F
        import dezero.core_simple, dezero.functions_conv
        from dezero import Variable, DataLoader, optimizers
        from dezero.models import MLP
        from dezero.utils import get_file, plot_dot_graph
        import rung.dezero
        print(dezero is rung.dezero, F is dezero.functions, dezero.core.Variable is Variable, dezero.__version__)
        """)  # fmt: skip
    assert out == "True True True 0.0.13\n"


def test_a_program_is_main_with_its_arguments_and_its_neighbours(tmp_path):
    (tmp_path / "neighbour.py").write_text("value = 41\n")
    out = run(tmp_path, """
        import sys, pickle
        import neighbour
        class Thing: pass
        pickle.dumps(Thing())
        if __name__ == "__main__":
            print(neighbour.value + 1, sys.argv[1:], sys.argv[0] == __file__, sys.modules["__main__"].Thing is Thing)
        """, "--lr", "0.1")  # fmt: skip
    assert out == "42 ['--lr', '0.1'] True True\n"


def test_an_error_looks_as_usual(tmp_path):
    err = run(tmp_path, """
        def f():
            return 1 / 0

        f()
        """, status=1)  # fmt: skip
    lines = err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].endswith('program.py", line 5, in <module>')
    assert lines[2].strip() == "f()"
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "rung" not in err.replace(str(tmp_path), "")


def test_a_program_that_is_no_python_says_where(tmp_path):
    assert run(tmp_path, "x = = 1\n", status=1).splitlines()[-1] == "SyntaxError: invalid syntax"


def test_a_program_ends_with_its_own_status(tmp_path):
    assert run(tmp_path, "import sys; sys.exit(7)", status=7) == ""
    assert "stopped" in run(tmp_path, "raise SystemExit('stopped')", status=1)


@pytest.mark.parametrize("arguments", [[], ["missing.py"], ["."]])
def test_without_a_program_there_is_one_clear_sentence(tmp_path, arguments):
    done = subprocess.run([sys.executable, "-m", "rung.dezero", *arguments], capture_output=True, text=True,
                          cwd=tmp_path, env=environment(), check=False)  # fmt: skip
    assert done.returncode == 2
    assert "usage: python -m rung.dezero (program.py | -m module)" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_network_fits_a_wave_from_the_seed_that_its_program_sets(tmp_path):
    program = """
        import numpy as np
        import dezero.functions as F
        from dezero import optimizers
        from dezero.models import MLP

        np.random.seed(0)
        x = np.random.rand(100, 1)
        y = np.sin(2 * np.pi * x) + np.random.rand(100, 1)
        model = MLP((10, 1))
        optimizer = optimizers.SGD(0.2).setup(model)
        for i in range(200):
            loss = F.mean_squared_error(y, model(x))
            if i == 0:
                print(round(float(loss.data), 6))
            model.cleargrads()
            loss.backward()
            optimizer.update()
        print(float(loss.data) < 0.3)
        """
    assert run(tmp_path, program) == "0.816518\nTrue\n"  # 0.816518: what the published package prints


def test_newtons_method_with_second_derivatives(tmp_path):
    out = run(tmp_path, """
        import numpy as np
        from dezero import Variable

        x = Variable(np.array(2.0))
        for i in range(10):
            y = x ** 4 - 2 * x ** 2
            x.cleargrad()
            y.backward(create_graph=True)
            gx = x.grad
            x.cleargrad()
            gx.backward()
            x.data -= gx.data / x.grad.data
        print(x)
        """)  # fmt: skip
    assert out == "variable(1.0)\n"


def test_a_recurrent_network_is_trained_in_pieces_of_time(tmp_path):
    out = run(tmp_path, """
        import numpy as np
        import dezero
        import dezero.functions as F
        import dezero.layers as L

        class Net(dezero.Model):
            def __init__(self):
                super().__init__()
                self.rnn, self.fc = L.LSTM(8), L.Linear(1)

            def __call__(self, x):
                return self.fc(self.rnn(x))

        np.random.seed(0)
        loader = dezero.SeqDataLoader(dezero.datasets.SinCurve(), batch_size=30)
        model = Net()
        optimizer = dezero.optimizers.Adam(0.01).setup(model)
        losses = []
        for epoch in range(6):
            model.rnn.reset_state()
            loss, count = 0, 0
            for x, t in loader:
                loss += F.mean_squared_error(model(x), t)
                count += 1
                if count % 10 == 0 or count == loader.max_iter:
                    model.cleargrads()
                    loss.backward()
                    loss.unchain_backward()
                    optimizer.update()
            losses.append(float(loss.data) / count)
        print(losses[-1] < losses[0] / 3)
        """)  # fmt: skip
    assert out == "True\n"


def test_a_walk_through_the_graph_writes_dot_as_the_book_does(tmp_path):
    out = run(tmp_path, """
        import numpy as np
        from dezero import Variable

        def lines(y):
            funcs, seen = [y.creator], {y.creator}
            yield f'{id(y)} [label="{y.name}"]'
            while funcs:
                f = funcs.pop()
                yield f'{id(f)} [label="{f.__class__.__name__}"]'
                for x in f.inputs:
                    yield f'{id(x)} [label="{x.name} {x.shape} {x.dtype}"]'
                    yield f'{id(x)} -> {id(f)}'
                    if x.creator is not None and x.creator not in seen:
                        funcs.append(x.creator)
                        seen.add(x.creator)
                for v in f.outputs:
                    yield f'{id(f)} -> {id(v())}'

        x0, x1 = Variable(np.array(1.0), 'x0'), Variable(np.array(1.0), 'x1')
        y = x0 * x1 + x0
        y.name = 'y'
        text = list(lines(y))
        print(len(set(text)), sorted({line.split('"')[1] for line in text if '"' in line}))
        """)  # fmt: skip
    assert out == "12 ['Add', 'Mul', 'None () float64', 'x0 () float64', 'x1 () float64', 'y']\n"


def test_arrays_of_one_element_become_numbers_as_they_did_when_the_book_was_written(tmp_path):
    out = run(tmp_path, """
        import numpy as np
        print(float(np.ones((1, 1))), int(np.array([3.7])), float("2.5"), int("11", 2), isinstance(1.0, float))
        try:
            float(np.ones(2))
        except TypeError:
            print("refused")
        """)  # fmt: skip
    assert out == "1.0 3 2.5 3 True\nrefused\n"


def test_a_program_may_have_its_own_float(tmp_path):
    assert run(tmp_path, "def float(x):\n    return 'mine'\nprint(float(1))\n") == "mine\n"

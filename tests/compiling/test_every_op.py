"""Every op of rung.functions, compiled with its gradients: a replay on other values gives what eager gives."""

import numpy as np
import pytest
from functions.test_every_op import OPS

import rung
from rung.compiling import compile, fusing
from rung.core.samples import Sample, as_case
from rung.machine import has_numba
from rung.testing.trial import Trial


def program(trial, weights):
    """The outputs and the gradients of an op, as a function of its inputs."""

    def run(*inputs):
        variables = [rung.Variable(x) if i in trial.moving else x for i, x in enumerate(inputs)]
        outputs = trial.run(variables)
        if not trial.differentiable:
            return outputs
        moving = [variables[i] for i in trial.moving]
        return outputs, rung.grad(outputs, moving, [w for w, y in zip(weights, outputs, strict=True)])

    return run


def drawn(trial):
    return [np.asarray(s.draw(trial.rng)) if isinstance(s, Sample) else s for s in trial.case.inputs]


@pytest.mark.parametrize("name", OPS)
def test_a_replay_is_eager(name, monkeypatch):
    for number, sample in enumerate(OPS[name].samples[:4]):
        # With kernels for the first sample alone, since each takes a second to compile.
        monkeypatch.setattr(fusing, "has_numba", lambda first=number == 0: first and has_numba())
        trial = Trial(OPS[name], as_case(sample), np.random.default_rng(number))
        with np.errstate(all="ignore"):
            weights = trial.weights()
        eager = program(trial, weights)
        compiled = compile(program(trial, weights))
        for _ in range(5):
            inputs = drawn(trial)
            with np.errstate(all="ignore"):
                expected, came = eager(*inputs), compiled(*inputs)
            for a, b in zip(rung.trees.leaves(expected), rung.trees.leaves(came), strict=True):
                np.testing.assert_allclose(b.data, a.data, rtol=1e-12, atol=1e-12, err_msg=str(trial))
                assert a.dtype == b.dtype
                assert a.shape == b.shape
        assert compiled.source, trial

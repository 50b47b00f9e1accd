"""The checker that drives every op: from its samples alone, it proves what an op must hold.

Each property is one short function that says in its docstring what it proves, and raises AssertionError where it
does not hold. `check_op` runs all of them on all of an op's samples.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.config import mode
from rung.core.families import Elementwise
from rung.core.node import sum_to
from rung.core.samples import Case, as_case, case
from rung.core.variable import Variable, handle
from rung.errors import DTypeError, MutationError, RungError, ShapeError
from rung.testing.standin import StandInArray
from rung.testing.trial import Array, Trial, close, copy_of, inner
from rung.transform import grad, jvp, vmap

Property = Callable[[Trial], None]

STEP = 1e-5


def check_op(
    op: type,
    oracle: Callable[..., Any] | None = None,
    peer: Callable[..., Any] | None = None,
    samples: Sequence[Any] | None = None,
    seed: int = 0,
) -> int:
    """Check an op at all of its samples; return how many properties were proven.

    Args:
        op: the op's class, with its `samples` and `errors`.
        oracle: the same function of arrays, written independently in NumPy; takes the op's options as keywords.
        peer: the same function of PyTorch's tensors, compared to the second order.
        samples: other samples than the op's own.
        seed: of the values drawn.

    Raises:
        AssertionError: the name of the property, the inputs, and what came out.

    >>> from rung.functions.elementwise.trigonometric import Tanh
    >>> check_op(Tanh, oracle=np.tanh) > 30
    True
    """
    rng = np.random.default_rng(seed)
    proven = 0
    for sample in op.samples if samples is None else samples:  # type: ignore[attr-defined]
        trial = Trial(op, as_case(sample), rng)
        for prove in properties(trial):
            _run(prove, trial)
            proven += 1
        if oracle is not None:
            _run(lambda t: matches_oracle(t, oracle), trial)
        if peer is not None:
            _run(lambda t: matches_peer(t, peer), trial)
        proven += (oracle is not None) + (peer is not None)
    refuses_bad_shapes(op)
    refuses_bad_types(op)
    return proven + 2


def properties(trial: Trial) -> list[Property]:
    """The properties that must hold at a trial."""
    chosen: list[Property] = [shape_rule_holds, inputs_stay_untouched, dtype_is_kept, layout_does_not_matter]
    chosen += [runs_on_a_stand_in, result_is_finite, lower_precision_is_near]
    if isinstance(trial.make(), Elementwise):
        chosen += [empty_is_empty, zero_d_stays_an_array, broadcasting_is_expansion]
    if not trial.differentiable:
        return [*chosen, is_a_constant, a_batch_is_its_examples]
    chosen += [create_graph_changes_nothing, gradient_has_the_dtype, gradient_is_not_nan, gradients_are_owned]
    chosen += [writes_are_noticed, backward_makes_no_variable]
    if trial.smooth:
        chosen += [used_twice_is_the_sum, calls_do_not_disturb_each_other]
        chosen += [first_derivative_is_true, second_derivative_is_true, vjp_is_linear, modes_are_adjoint]
    return [*chosen, a_batch_is_its_examples]


def _run(prove: Property, trial: Trial) -> None:
    try:
        with np.errstate(all="ignore"):
            prove(trial)
    except (AssertionError, RungError, TypeError, ValueError, IndexError, AttributeError) as error:
        name = getattr(prove, "__name__", "property")
        raise AssertionError(f"{trial}: {name}: {type(error).__name__}: {error}") from error


# Values -----------------------------------------------------------------------------------------------------------


def matches_oracle(trial: Trial, oracle: Callable[..., Any]) -> None:
    """The forward result equals an independent formula."""
    expected = oracle(*map(copy_of, trial.inputs), **trial.options)
    expected = expected if isinstance(expected, tuple) else (expected,)
    for y, e in zip(trial.values(), expected, strict=True):
        close(y, e, "forward", 1e-12)


def shape_rule_holds(trial: Trial) -> None:
    """The shape rule foretells the shape of the result."""
    op = trial.make()
    if hasattr(op, "shape"):
        foretold = op.shape(*map(np.shape, trial.inputs))
        several = bool(foretold) and isinstance(foretold[0], tuple)
        foretold = foretold if several else (foretold,)
        assert [y.shape for y in trial.values()] == list(foretold), f"the shape rule says {foretold}"


def result_is_finite(trial: Trial) -> None:
    """At extreme inputs the result is a number, if it has elements to be computed from."""
    if any(0 in np.shape(x) for x in trial.inputs):
        return  # the mean of nothing is NaN
    for y in trial.values():
        assert not np.isnan(y).any(), f"NaN in {y}"


def inputs_stay_untouched(trial: Trial) -> None:
    """Forward, backward and forward mode leave their inputs bit for bit as they were."""
    variables = trial.variables()
    outputs = trial.run(variables)
    _untouched(trial.inputs, variables, "forward wrote to an input")
    if not trial.differentiable:
        return
    moving = [variables[i] for i in trial.moving]
    results = [y._data.copy() for y in outputs]
    seeds = trial.weights()
    kept = [seed.copy() for seed in seeds]
    for create_graph in (True, False):
        grad(outputs, moving, seeds, create_graph=create_graph)
        _untouched(kept, seeds, "backward wrote to the incoming gradient")
        _untouched(results, outputs, "backward wrote to the output")
        _untouched(trial.inputs, variables, "backward wrote to an input")
    jvp(trial.function(), moving, trial.directions())
    _untouched(trial.inputs, variables, "forward mode wrote to an input")


def _untouched(expected: Sequence[Any], actual: Sequence[Any], what: str) -> None:
    for e, a in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(getattr(a, "_data", a), e, err_msg=what)


def layout_does_not_matter(trial: Trial) -> None:
    """Fortran order, reversed, strided and zero-stride inputs give what contiguous ones give."""
    weights = trial.weights() if trial.differentiable else []
    expected = trial.values() + (trial.gradients(weights) if trial.differentiable else [])
    for layout in (np.asfortranarray, _reversed, _strided):
        inputs = [layout(x) if isinstance(x, np.ndarray) and x.ndim else x for x in trial.inputs]
        variables: list[Any] = [Variable(x) if i in trial.moving else x for i, x in enumerate(inputs)]
        outputs = trial.run(variables)
        actual = [y._data for y in outputs]
        if trial.differentiable:
            actual += [g._data for g in grad(outputs, [variables[i] for i in trial.moving], weights)]
        for a, e in zip(actual, expected, strict=True):
            close(a, e, f"{layout.__name__} inputs", 1e-10)


def _reversed(x: Array) -> Array:
    flip = (slice(None, None, -1),) * x.ndim
    return x[flip].copy()[flip]


def _strided(x: Array) -> Array:
    wide = np.full([2 * n for n in x.shape], 7, x.dtype)
    every_second = (slice(None, None, 2),) * x.ndim
    wide[every_second] = x
    return wide[every_second]


def broadcasting_is_expansion(trial: Trial) -> None:
    """Broadcasting gives what explicitly repeated inputs give, and its gradient is theirs, summed."""
    arrays = [i for i, x in enumerate(trial.inputs) if isinstance(x, np.ndarray)]
    shape = np.broadcast_shapes(*[trial.inputs[i].shape for i in arrays])
    full = [np.broadcast_to(x, shape).copy() if i in arrays else x for i, x in enumerate(trial.inputs)]
    for y, e in zip(trial.values(), trial.values(full), strict=True):
        close(y, e, "forward", 1e-12)
    if trial.differentiable:
        weights = trial.weights()
        for i, g, e in zip(trial.moving, trial.gradients(weights), trial.gradients(weights, full), strict=True):
            close(g, sum_to(e, trial.inputs[i].shape), f"gradient of input {i}", 1e-10)


def empty_is_empty(trial: Trial) -> None:
    """Empty arrays go through, forward and backward."""
    inputs = [np.zeros((0, 3), x.dtype) if isinstance(x, np.ndarray) else x for x in trial.inputs]
    assert all(y.shape == (0, 3) for y in trial.values(inputs))
    if trial.differentiable:
        assert all(g.shape == (0, 3) for g in trial.gradients([np.zeros((0, 3))], inputs))


def zero_d_stays_an_array(trial: Trial) -> None:
    """0-d arrays give 0-d arrays, not scalars."""
    inputs = [np.resize(x, 1).reshape(()) if isinstance(x, np.ndarray) else x for x in trial.inputs]
    for y in trial.values(inputs):
        assert isinstance(y, np.ndarray), type(y)
        assert y.shape == (), y.shape


# Dtypes -----------------------------------------------------------------------------------------------------------


def dtype_is_kept(trial: Trial) -> None:
    """What goes in as float16, 32 or 64 comes out so; a Python number beside it widens nothing."""
    if "dtype" in trial.options:
        return
    for dtype in (np.float16, np.float32, np.float64):
        inputs = [x.astype(dtype) if _is_float(x) else x for x in trial.inputs]
        for y in trial.values(inputs):
            assert y.dtype == dtype or y.dtype.kind != "f" or not any(map(_is_float, inputs)), (
                f"{np.dtype(dtype)} in, {y.dtype} out"
            )


def gradient_has_the_dtype(trial: Trial) -> None:
    """A gradient has the dtype of its variable, through `backward` and through `grad`, plain or not."""
    for dtype in (np.float16, np.float32, np.float64):
        variables: list[Any] = [
            Variable(x.astype(dtype)) if i in trial.moving else x for i, x in enumerate(trial.inputs)
        ]
        moving = [variables[i] for i in trial.moving]
        for create_graph in (False, True):
            for g in grad(trial.run(variables), moving, create_graph=create_graph):
                assert g.dtype == dtype, f"{np.dtype(dtype)} variable, {g.dtype} gradient"


def lower_precision_is_near(trial: Trial) -> None:
    """In float16 and float32, values and gradients are those of the same inputs in float64, to their precision."""
    if "dtype" in trial.options or not all(np.size(x) for x in trial.inputs):
        return
    for dtype, tolerance in ((np.float16, 5e-2), (np.float32, 1e-3)):
        narrow = [x.astype(dtype) if _is_float(x) else x for x in trial.inputs]
        wide = [x.astype(np.float64) if _is_float(x) else x for x in narrow]
        weights = [w.astype(dtype) for w in trial.weights()] if trial.differentiable else []
        results, expected = trial.values(narrow), trial.values(wide)
        if trial.differentiable:
            results += trial.gradients(weights, narrow)
            expected += trial.gradients([w.astype(np.float64) for w in weights], wide)
        for y, e in zip(results, expected, strict=True):
            e = np.where(abs(e) > np.finfo(dtype).max, np.copysign(np.inf, e), e)  # what overflows, has to
            scale = np.max(abs(e), where=np.isfinite(e), initial=1.0)
            close(y / scale, e / scale, np.dtype(dtype).name, tolerance)


def gradient_is_not_nan(trial: Trial) -> None:
    """No gradient is NaN, however large the inputs."""
    for g in trial.gradients([np.ones_like(y) for y in trial.values()]):
        assert not np.isnan(g).any(), f"NaN in the gradient {g}"


def _is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


# Derivatives --------------------------------------------------------------------------------------------------------


def first_derivative_is_true(trial: Trial) -> None:
    """Along a random direction, reverse and forward mode agree with central differences."""
    weights, directions = trial.weights(), trial.directions()
    ahead, behind = (trial.values(trial.moved(directions, s)) for s in (STEP, -STEP))
    slope = [(a - b) / (2 * STEP) for a, b in zip(ahead, behind, strict=True)]
    close(inner(trial.gradients(weights), directions), inner(weights, slope), "reverse mode", 1e-5)
    _, tangents = jvp(trial.function(), [trial.inputs[i] for i in trial.moving], directions)
    for t, s in zip(tangents, slope, strict=True):
        close(t._data, s, "forward mode", 1e-5)


def second_derivative_is_true(trial: Trial) -> None:
    """The derivative of the gradient agrees with differences of the gradient, in all three orders of the modes."""
    weights, directions = trial.weights(), trial.directions()
    ahead, behind = (trial.gradients(weights, trial.moved(directions, s)) for s in (STEP, -STEP))
    expected = [(a - b) / (2 * STEP) for a, b in zip(ahead, behind, strict=True)]
    curvatures = (_reverse_over_reverse, _forward_over_reverse, _reverse_over_forward)
    for curvature in curvatures:
        for h, e in zip(curvature(trial, weights, directions), expected, strict=True):
            close(h, e, curvature.__name__, 2e-5)


def _reverse_over_reverse(trial: Trial, weights: list[Array], directions: list[Array]) -> list[Array]:
    variables = trial.variables()
    moving = [variables[i] for i in trial.moving]
    gradients = grad(trial.run(variables), moving, weights, create_graph=True)
    return _gradients_or_zeros(gradients, moving, directions)


def _forward_over_reverse(trial: Trial, weights: list[Array], directions: list[Array]) -> list[Array]:
    f = trial.function()
    points = [trial.inputs[i] for i in trial.moving]
    _, tangents = jvp(lambda *xs: grad(f(*xs), list(xs), weights), points, directions)
    return [t._data for t in tangents]


def _reverse_over_forward(trial: Trial, weights: list[Array], directions: list[Array]) -> list[Array]:
    moving = [Variable(trial.inputs[i].copy()) for i in trial.moving]
    _, tangents = jvp(trial.function(), moving, directions)
    return _gradients_or_zeros(tangents, moving, weights)


def a_batch_is_its_examples(trial: Trial) -> None:
    """Under vmap every example is as on its own, forward and backward, whichever inputs the examples differ in."""
    weights = trial.weights() if trial.differentiable else []
    others = trial.variables()
    arrays = [i for i, x in enumerate(trial.inputs) if isinstance(x, np.ndarray)]

    def f(chosen: Sequence[int], *xs: Variable) -> list[Variable]:
        inputs = list(others)
        for i, x in zip(chosen, xs, strict=True):
            inputs[i] = x
        outputs = trial.run(inputs)
        if not trial.differentiable:
            return list(outputs)
        return [*outputs, *grad(outputs, [inputs[i] for i in trial.moving], weights)]

    for chosen in {tuple(arrays), *[(i,) for i in arrays]} - {()}:
        examples = [trial.drawn_again(chosen) for _ in range(3)]
        together = vmap(lambda *xs, at=chosen: f(at, *xs))(*[np.stack(xs) for xs in zip(*examples, strict=True)])
        for k, example in enumerate(examples):
            for whole, y in zip(together, f(chosen, *map(Variable, example)), strict=True):
                close(whole._data[k], y._data, f"vmap over inputs {chosen}", 1e-9)
    if trial.differentiable:
        _gradient_through_a_batch_is_of_its_examples(trial, weights)


def _gradient_through_a_batch_is_of_its_examples(trial: Trial, weights: list[Array]) -> None:
    examples = [trial.drawn_again(trial.moving) for _ in range(2)]
    wholes = [Variable(np.stack(xs)) for xs in zip(*examples, strict=True)]
    seeds = [np.stack([w, 2 * w]) for w in weights]
    gradients = grad(list(vmap(trial.function())(*wholes)), wholes, seeds)
    for k, example in enumerate(examples):
        inputs = list(trial.inputs)
        for i, x in zip(trial.moving, example, strict=True):
            inputs[i] = x
        for whole, g in zip(gradients, trial.gradients([(k + 1) * w for w in weights], inputs), strict=True):
            close(whole._data[k], g, "gradient through vmap", 1e-9)


def _gradients_or_zeros(outputs: Sequence[Any], inputs: list[Any], seeds: list[Array]) -> list[Array]:
    pairs = [(y, seed) for y, seed in zip(outputs, seeds, strict=True) if y.differentiable]
    if not pairs:
        return [np.zeros(x.shape) for x in inputs]
    ys, seeds = map(list, zip(*pairs, strict=True))
    return [g._data for g in grad(ys, inputs, seeds)]


def create_graph_changes_nothing(trial: Trial) -> None:
    """The plain backward and the recorded one give the same gradients."""
    weights = trial.weights()
    for plain, recorded in zip(trial.gradients(weights), trial.gradients(weights, create_graph=True), strict=True):
        close(plain, recorded, "create_graph=True", 1e-12)


def vjp_is_linear(trial: Trial) -> None:
    """The gradient is linear in the incoming one."""
    u, v = trial.weights(), trial.weights()
    mixed = trial.gradients([2 * a - 3 * b for a, b in zip(u, v, strict=True)])
    for m, a, b in zip(mixed, trial.gradients(u), trial.gradients(v), strict=True):
        close(m, 2 * a - 3 * b, "gradient of 2u - 3v", 1e-9)


def modes_are_adjoint(trial: Trial) -> None:
    """<J v, w> = <v, J.T w>."""
    weights, directions = trial.weights(), trial.directions()
    _, tangents = jvp(trial.function(), [trial.inputs[i] for i in trial.moving], directions)
    pushed = inner([t._data for t in tangents], weights)
    close(pushed, inner(directions, trial.gradients(weights)), "forward against reverse", 1e-9)


def used_twice_is_the_sum(trial: Trial) -> None:
    """A variable, leaf or not, that is used twice gets the sum of both gradients; also if it stands in two places."""
    weights = trial.weights()
    leaves = trial.variables()
    moving = [leaves[i] for i in trial.moving]
    inner_ones = [x * 1.0 if i in trial.moving else x for i, x in enumerate(leaves)]
    for inputs in (leaves, inner_ones):
        once, twice = trial.run(inputs), trial.run(inputs)
        both = grad([*once, *twice], moving, [*weights, *[2 * w for w in weights]], retain_graph=True)
        for g, e in zip(both, trial.gradients(weights), strict=True):
            close(g._data, 3 * e, "used twice", 1e-9)
    shapes = {np.shape(trial.inputs[i]) for i in trial.moving}
    if len(trial.moving) == len(trial.inputs) == 2 and len(shapes) == 1 and trial.smooth:
        x = Variable(copy_of(trial.inputs[0]))
        same = [trial.inputs[0], trial.inputs[0]]
        close(grad(trial.run([x, x]), x, weights)._data, sum(trial.gradients(weights, same)), "f(x, x)", 1e-9)


def calls_do_not_disturb_each_other(trial: Trial) -> None:
    """One instance called twice, backward run in either order: each call keeps what it saw."""
    weights, op = trial.weights(), trial.make()
    first, second = trial.variables(), trial.variables(trial.moved(trial.directions(), 0.01))
    expected = [trial.gradients(weights, [getattr(x, "_data", x) for x in xs]) for xs in (first, second)]
    outputs = [_as_tuple(op(*first)), _as_tuple(op(*second))]
    for xs, ys, es in zip((first, second), outputs, expected, strict=True):
        for g, e in zip(grad(ys, [xs[i] for i in trial.moving], weights), es, strict=True):
            close(g._data, e, "one instance called twice", 1e-9)


def is_a_constant(trial: Trial) -> None:
    """The result of an op without derivatives gets no gradient and keeps no graph."""
    for y in trial.run(
        [Variable(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x for x in trial.inputs]
    ):
        if not trial.op.differentiable:  # type: ignore[attr-defined]
            assert not y.differentiable
            assert y.creator is None


def _as_tuple(outputs: Any) -> tuple[Any, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


# Memory -----------------------------------------------------------------------------------------------------------


def gradients_are_owned(trial: Trial) -> None:
    """A gradient that `backward` leaves is writable, and shares memory with nothing."""
    for create_graph in (False, True):
        variables = trial.variables()
        outputs = trial.run(variables)
        outputs[0].backward(create_graph=create_graph)
        gradients = [variables[i].grad._data for i in trial.moving]
        others = [getattr(x, "_data", x) for x in variables] + [y._data for y in outputs]
        for k, g in enumerate(gradients):
            assert isinstance(g, np.ndarray), type(g)
            assert g.flags.writeable, "the gradient is read-only"
            assert all(not np.may_share_memory(g, o) for o in others if isinstance(o, np.ndarray))
            assert all(not np.shares_memory(g, h) for h in gradients[k + 1 :]), "two gradients share memory"
        for i in trial.moving:
            variables[i].cleargrad()


def writes_are_noticed(trial: Trial) -> None:
    """After a write to an input or the output before backward: the old gradient or an error, never a new one."""
    weights = trial.weights()
    expected = trial.gradients(weights)
    for written in range(len(trial.moving) + 1):
        variables = trial.variables()
        moving = [variables[i] for i in trial.moving]
        outputs = trial.run(variables)
        victim = moving[written] if written < len(moving) else outputs[0]
        if not victim._data.flags.writeable:
            continue
        victim.data[...] = victim.data * 0.3 + 0.1
        try:
            actual = grad(outputs, moving, weights)
        except MutationError:
            continue
        for g, e in zip(actual, expected, strict=True):
            close(g._data, e, f"after writing to variable {written}", 1e-9)


def backward_makes_no_variable(trial: Trial) -> None:
    """A plain backward runs on arrays alone."""
    variables = trial.variables()
    y = trial.run(variables)[0]
    makers = {handle.__code__, Variable.__init__.__code__}
    made = []
    sys.setprofile(lambda frame, event, _: made.append(frame) if frame.f_code in makers and event == "call" else None)
    try:
        y.backward()
    finally:
        sys.setprofile(None)
    assert not made, f"{len(made)} Variables were constructed"


def runs_on_a_stand_in(trial: Trial) -> None:
    """The op keeps the array-library rule: it runs on arrays that nobody can look into, and gives the same."""

    def hide(x: Any) -> Any:
        return StandInArray(x.copy()) if isinstance(x, np.ndarray) else x

    variables: list[Any] = [Variable(hide(x)) if i in trial.moving else hide(x) for i, x in enumerate(trial.inputs)]
    outputs = trial.run(variables)
    for y, e in zip(outputs, trial.values(), strict=True):
        close(y._data._hidden, e, "forward on a stand-in", 1e-12)
    if trial.differentiable:
        outputs[0].backward(create_graph=True)
        seeds = [np.ones(outputs[0].shape), *[np.zeros(y.shape) for y in outputs[1:]]]
        for i, e in zip(trial.moving, trial.gradients(seeds), strict=True):
            close(variables[i].grad._data._hidden, e, "backward on a stand-in", 1e-9)
            variables[i].cleargrad()
        with mode(train=True):
            trial.run(variables)[0].backward()
        for i, e in zip(trial.moving, trial.gradients(seeds), strict=True):
            close(variables[i].grad._data._hidden, e, "plain backward on a stand-in", 1e-9)


# Refusals ---------------------------------------------------------------------------------------------------------


def refuses_bad_shapes(op: Any) -> None:
    """Shapes that do not fit are a ShapeError that names the op and every shape."""
    for error in op.errors:
        bad = error if isinstance(error, Case) else case(*error)
        arrays = [np.ones(shape, np.int64 if i in op.data_inputs and i else np.float64)
                  for i, shape in enumerate(bad.inputs)]  # fmt: skip
        try:
            op(**bad.options)(*arrays)
        except ShapeError as refusal:
            text = str(refusal)
            assert text.startswith(f"{op.name}: "), f"{op.name}: the error does not name the op: {text}"
            for shape in bad.inputs:
                assert str(shape) in text, f"{op.name}: the error does not name the shape {shape}: {text}"
        else:
            raise AssertionError(f"{op.name}: accepted the shapes {bad.inputs}")


def refuses_bad_types(op: Any) -> None:
    """Lists, strings, objects and complex numbers are a DTypeError that names the op."""
    sample = as_case(op.samples[0])
    for value in ([1.0], "text", None, np.array([object()]), np.array([1j]), 1j):
        try:
            op(**sample.options)(*[value for _ in sample.inputs])
        except DTypeError as refusal:
            assert op.name in str(refusal), f"{op.name}: the error does not name the op: {refusal}"
        else:
            raise AssertionError(f"{op.name}: accepted {value!r}")


# Peers ------------------------------------------------------------------------------------------------------------


def matches_peer(trial: Trial, peer: Callable[..., Any]) -> None:
    """Values, gradients and second derivatives equal PyTorch's."""
    import torch

    if 0 in [n for x in trial.inputs for n in np.shape(x)]:
        return
    xs = [torch.tensor(x) if isinstance(x, np.ndarray) else x for x in trial.inputs]
    for i in trial.moving:
        xs[i].requires_grad_()
    ys = _as_tuple(peer(*xs, **trial.options))
    for y, e in zip(trial.values(), ys, strict=False):
        close(y, e.detach().numpy(), "forward against PyTorch", 1e-9)
    if not (trial.differentiable and trial.smooth):
        return
    weights, directions = trial.weights(), trial.directions()
    weights = [w if k < len(ys) else np.zeros_like(w) for k, w in enumerate(weights)]
    moving = [xs[i] for i in trial.moving]
    total: Any = sum((torch.tensor(w) * y).sum() for w, y in zip(weights, ys, strict=False))
    gradients = torch.autograd.grad(total, moving, create_graph=True)
    for g, e in zip(trial.gradients(weights), gradients, strict=True):
        close(g, e.detach().numpy(force=True), "gradient against PyTorch", 1e-9)
    along: Any = sum((torch.tensor(d) * g).sum() for d, g in zip(directions, gradients, strict=True))
    if along.requires_grad:
        second = torch.autograd.grad(along, moving, allow_unused=True)
        expected = [
            np.zeros(x.shape) if s is None else s.numpy(force=True) for s, x in zip(second, moving, strict=True)
        ]
    else:
        expected = [np.zeros(x.shape) for x in moving]
    for h, e in zip(_reverse_over_reverse(trial, weights, directions), expected, strict=True):
        close(h, e, "second derivative against PyTorch", 1e-8)

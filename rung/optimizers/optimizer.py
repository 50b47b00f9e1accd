"""The base of optimizers: which parameters are stepped, with what, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from rung.config import current_mode
from rung.core.guard import note_written
from rung.core.parameter import Parameter
from rung.cuda import get_array_module
from rung.errors import DTypeError, GraphError, ValueRangeError, describe
from rung.optimizers.arrays import follow, parts, weight_and_gradient, working_dtype
from rung.optimizers.hyperparameters import Group, Hyperparameter, Number, Selector, Settings, new_group
from rung.optimizers.state import load_state, state_of

Hook = Callable[[list[Parameter]], None]


@dataclass
class Memory:
    """What an optimizer knows of one parameter."""

    name: str = ""
    t: int = 0  # how many steps it has made
    arrays: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Number] = field(default_factory=dict)  # hyperparameters of its groups


class Optimizer:
    """The base of optimizers: holds a model, and steps each of its parameters that has a gradient.

    To write one, override `step(o, w, g, …)`: it writes to w, the array of a parameter or a part of it, g is the
    gradient there, and behind it come the arrays that are remembered, by the names in `state_names`: zeros at first.
    `o` has the numbers that hold for the parameter, groups and schedules considered, and `o.t`, which step it is.
    A formula that needs all of a parameter at once, such as its norm, goes into `update_one(param)` instead, which
    finds all that in `self.of(param)` and `self.remembered(param)`.

    Gradients add up until they are cleared, so a large batch can be made of small ones: call `backward` on each
    (with the losses weighed so that they add up to the loss of the large one), then `update` once.

    Attributes:
        t: how many updates are done.
        lr: the learning rate of the next update; assign a number or a schedule. For those who set it.

    >>> import numpy as np, rung
    >>> class SignDescent(Optimizer):
    ...     def __init__(self, lr):
    ...         super().__init__()
    ...         self.lr = lr
    ...     def step(self, o, w, g):
    ...         w -= o.lr * np.sign(g)
    >>> model = rung.Layer(); model.w = rung.Parameter(np.array([3.0, -2.0]))
    >>> optimizer = SignDescent(0.5).setup(model)
    >>> (model.w ** 2).sum().backward(); optimizer.update()
    >>> model.w, optimizer.t
    (variable([ 2.5 -1.5]), 1)
    """

    step: Any  # step(self, o, w, g, …): the formula of a subclass
    lr = Hyperparameter()
    state_names: tuple[str, ...] = ()  # the arrays that are remembered of each parameter

    def __init__(self) -> None:
        self.target: Any = None
        self.hooks: list[Hook] = []
        self.groups: list[Group] = []
        self.state: dict[Parameter, Memory] = {}
        self.t = 0
        self._done = 0  # t after the last update

    def setup(self, target: Any) -> Self:
        """Choose the model (anything with `named_params`) to step; return self."""
        if not hasattr(target, "named_params"):
            raise DTypeError(f"{type(self).__name__}: setup expected a layer or model, but got {describe(target)}")
        self.target = target
        return self

    def add_hook(self, hook: Hook) -> Self:
        """Call `hook` before every update with the list of parameters that have a gradient; return self."""
        if not callable(hook):
            raise DTypeError(f"{type(self).__name__}: add_hook expected a function, but got {describe(hook)}")
        self.hooks.append(hook)
        return self

    def add_group(self, selector: Selector, **overrides: Number) -> Self:
        """Use other hyperparameters for some of the parameters; return self.

        Args:
            selector: a glob over names, such as ``"encoder.*"`` or ``"*.b"``, or a function of name and parameter.
            overrides: numbers or schedules by name; `lr_scale` multiplies the rate. Of two groups that select the
                same parameter, the later one wins.

        Raises:
            ValueRangeError: no such hyperparameter, or not in its range; or, in `update`, nothing is selected.

        >>> from rung.models import MLP; from rung.optimizers import AdamW
        >>> optimizer = AdamW(0.01).setup(MLP((8, 3)))
        >>> optimizer = optimizer.add_group("layers.0.*", lr_scale=0.1).add_group("*", weight_decay=0.1)  # biases too
        """
        self.groups.append(new_group(self, selector, overrides))
        return self

    # Stepping -------------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Run the hooks, then step every parameter that has a gradient, each once."""
        if (watcher := current_mode().watcher) is None:
            self._update()
        else:
            with watcher.update(self):
                self._update()

    def _update(self) -> None:
        self._meet_params()
        self._check_groups()
        ready = [p for p in self.state if p.trainable and p.grad is not None]
        self._check_floats(ready)
        for hook in self.hooks:
            hook([p for p in ready if p.grad is not None])  # an earlier hook may have taken a gradient away
        for param in ready:
            if param.grad is not None:
                self.update_one(param)
                note_written(param)
                self.state[param].t += 1
        if self.t == self._done:  # an Adam in the book's style has counted already
            self.t += 1
        self._done = self.t

    def update_one(self, param: Parameter) -> None:
        """Step one parameter, part by part: what a formula passes over several times stays in the cache."""
        if not hasattr(self, "step"):
            raise NotImplementedError(f"{type(self).__name__} has no step method")
        o = self.of(param)
        for arrays in parts([*weight_and_gradient(param), *self.remembered(param)]):
            self.step(o, *arrays)

    def of(self, param: Parameter) -> Settings:
        """The hyperparameters that hold for a parameter in the next update.

        >>> import rung; from rung.optimizers import SGD
        >>> layer = rung.layers.Linear(2)
        >>> SGD(0.5).setup(layer).add_group("b", lr_scale=0.5).of(layer.b).lr
        0.25
        """
        memory = self._memory_of(param)
        return Settings(self, param, memory.overrides, memory.t + 1)

    def remembered(self, param: Parameter) -> list[Any]:
        """The arrays of `state_names` for a parameter: zeros at first, of its shape, on its device.

        Those of a float16 parameter are float32, for squares of gradients are soon too small for float16.
        """
        arrays, w = self._memory_of(param).arrays, param._data
        dtype = working_dtype(param.dtype)
        for name in self.state_names:
            known = arrays.get(name)
            zeros = get_array_module(w).zeros_like
            arrays[name] = zeros(w, dtype=dtype) if known is None else follow(known, w, dtype)
        return [arrays[name] for name in self.state_names]

    def _memory_of(self, param: Parameter) -> Memory:
        if param not in self.state:
            self._meet_params()
        if param not in self.state:
            raise ValueRangeError(f"{type(self).__name__}: expected a parameter of the model, but got {param!r}")
        return self.state[param]

    def _meet_params(self) -> None:
        """Learn the parameters that the model has now; forget those that are gone."""
        if self.target is None:
            raise GraphError(f"{type(self).__name__}: it has no model yet; call setup(model) first")
        self.state = {param: self._memory(name, param) for name, param in self.target.named_params()}

    def _memory(self, name: str, param: Parameter) -> Memory:
        """What is known of a parameter; of one that is new, or has another shape now, nothing."""
        memory = self.state.get(param)
        if memory is None or (param.is_sized and any(a.shape != param.shape for a in memory.arrays.values())):
            memory = Memory()
        memory.name, memory.overrides = name, {}
        for group in self.groups:
            if group.selects(name, param):
                memory.overrides |= group.overrides
        return memory

    def _check_groups(self) -> None:
        for group in self.groups:
            if not group.met:
                names = ", ".join(memory.name for memory in self.state.values()) or "none"
                raise ValueRangeError(
                    f"{type(self).__name__}: the group of {group.selector!r} selects no parameter; there are: {names}"
                )

    def _check_floats(self, params: list[Parameter]) -> None:
        for param in params:
            if param.dtype.kind != "f":
                name = self.state[param].name
                raise DTypeError(f"{type(self).__name__}: {name} must be of floats to be stepped, not {param.dtype}")

    # Saving ---------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on as if nothing had happened, as arrays and numbers by name; arrays not copied.

        That is: t, the hyperparameters that are numbers, what is remembered of each parameter, and the states of
        schedules and hooks that have one. Random numbers have a state of their own: `rung.random.get_state`.

        >>> import rung; from rung.optimizers import SGD
        >>> SGD(0.5).setup(rung.Layer()).state_dict()
        {'SGD/t': array(0), 'SGD/hyperparameter/lr': array(0.5), 'SGD/hyperparameter/weight_decay': array(0.)}
        """
        self._meet_params()
        return state_of(self)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave, in an optimizer that was made and set up in the same way.

        Raises:
            WeightFileError: it is of another optimizer, or names, shapes or dtypes differ; nothing has changed then.
        """
        self._meet_params()
        load_state(self, state)

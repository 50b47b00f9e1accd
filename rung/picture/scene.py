"""What is to be seen of a graph when some of its groups are open: boxes, frames around them, and nets between them.

A scene is plain data: see `Scene`. Where its parts stand is for the layout to say. `page/scene.js` is the twin of
this file, as `page/labels.js` is of `boxes.py`, and tests compare what they make.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypedDict

from rung.picture import boxes
from rung.picture.boxes import Box
from rung.picture.graph import Graph, Value
from rung.picture.text import cut, shipped, text_width

Port = list[int]  # a box, and which of its ports


class Frame(TypedDict):
    """A group that is open, and the frame that it is in (or -1)."""

    group: int
    parent: int
    label: str
    w: int  # at least
    header: int  # the height of its title bar


# One net for each port that something leaves from; `label` is for where a part of it is not drawn.
Net = TypedDict("Net", {"value": int, "label": str, "from": Port, "to": list[Port]})


class Scene(TypedDict):
    """Boxes in an order in which no net runs back, frames with the outer ones first, and nets."""

    boxes: list[Box]
    frames: list[Frame]
    nets: list[Net]


def scene_of(
    graph: Graph, open_groups: Collection[int] | None = None, variables: str = "all", verbose: bool = True
) -> Scene:
    """The scene of a graph.

    Args:
        graph: a `Graph`.
        open_groups: the numbers of the groups that are open; None for those that say so themselves.
        variables: "all", or "named" to leave out results that have no name and lie between two functions.
        verbose: write shapes, dtypes, options and counts.
    """
    if open_groups is None:
        open_groups = {i for i, group in enumerate(graph.groups) if group.open}
    return _View(graph, open_groups, variables == "named", verbose).scene()


class _View:
    """A graph with some groups open, on the way to its scene."""

    def __init__(self, graph: Graph, opened: Collection[int], named: bool, verbose: bool):
        self.graph, self.opened, self.named, self.verbose = graph, opened, named, verbose
        self.sizes: dict[str, int] = shipped("theme.json")["sizes"]
        self.outputs = set(graph.outputs)
        self.boxes: list[Box] = []
        self.frames: list[Frame] = []
        self.nets: list[Net] = []
        self.frame_of: dict[int, int] = {}  # of a group
        self.place: dict[tuple[str, int], int] = {}  # of a box among the boxes, by what it stands for
        self.entering: dict[int, dict[int, int]] = {}  # of a folded group: a value, and the port that it enters by
        self.leaving: dict[int, dict[int, int]] = {}
        self.hidden = [self._hidden_by(i) for i in range(len(graph.groups))]
        self.shown = self._shown()

    def scene(self) -> Scene:
        for i in range(len(self.graph.groups)):
            if self.hidden[i] < 0:
                self._add_frame(i)
        self._add_boxes()
        self._add_nets()
        self._write_boxes()
        return {"boxes": self.boxes, "frames": self.frames, "nets": self.nets}

    # What is hidden by what

    def _hidden_by(self, group: int) -> int:
        """The outermost of the folded groups around a group, itself among them; -1 if it can be seen."""
        folded = -1
        around: int | None = group
        while around is not None:
            folded = folded if around in self.opened else around
            around = self.graph.groups[around].parent
        return folded

    def _fold(self, group: int | None) -> int:
        return -1 if group is None else self.hidden[group]

    def _shown(self) -> list[bool]:
        """Of each value, whether it has a box of its own; what no call takes or makes has one if it is an output."""
        values, calls = self.graph.values, self.graph.calls
        used = {v for call in calls for v in call.inputs}
        escapes = {v for call in calls for v in call.inputs if self._fold(values[v].group) != self._fold(call.group)}
        joined = [value.maker is not None or i in used or i in self.outputs for i, value in enumerate(values)]
        return [joined[i] and self._is_shown(i, value, i in escapes) for i, value in enumerate(values)]

    def _is_shown(self, i: int, value: Value, escapes: bool) -> bool:
        """A value in a folded group has a box, outside, if the group made it and it has a name or is an output."""
        wanted = i in self.outputs or (bool(value.name) and escapes)
        if self._fold(value.group) >= 0:
            return wanted and value.maker is not None
        if self.named and value.kind == "result" and value.maker is not None:
            return i in self.outputs or bool(boxes.value_title(self.graph, value))
        return True

    # Boxes and frames

    def _add_frame(self, group: int) -> int:
        if group not in self.frame_of:
            parent = self.graph.groups[group].parent
            around = -1 if parent is None else self._add_frame(parent)
            label = cut(
                boxes.group_title(self.graph.groups[group]), self.sizes["widest_header"], self.sizes["header_text"]
            )
            width = text_width(label, self.sizes["header_text"]) + 2 * self.sizes["pad_x"] + self.sizes["header"]
            self.frame_of[group] = len(self.frames)
            self.frames.append(
                {"group": group, "parent": around, "label": label, "w": width, "header": self.sizes["header"]}
            )
        return self.frame_of[group]

    def _add_boxes(self) -> None:
        """In the order of time; what a call takes comes before it, what it makes after it."""
        calls, groups = self.graph.calls, self.graph.groups
        for i, call in enumerate(calls):
            fold = self._fold(call.group)
            if fold < 0:
                self._add_values(call.inputs)
                self._add("call", i, call.group)
            elif ("group", fold) not in self.place:
                for inner in calls[groups[fold].first : groups[fold].last + 1]:
                    self._add_values(v for v in inner.inputs if self.graph.values[v].maker is None)
                self._add("group", fold, groups[fold].parent)
            self._add_values(call.outputs)
        self._add_values(self.graph.outputs)  # one may be what no call took or made

    def _add_values(self, values: Any) -> None:
        for i in values:
            if self.shown[i] and ("value", i) not in self.place:
                group = self.graph.values[i].group
                fold = self._fold(group)
                self._add("value", i, group if fold < 0 else self.graph.groups[fold].parent)

    def _add(self, kind: str, number: int, group: int | None) -> None:
        self.place[kind, number] = len(self.boxes)
        self.boxes.append(boxes.empty(kind, number, -1 if group is None else self.frame_of[group]))

    # Nets

    def _add_nets(self) -> None:
        """From each maker to its value, from each value to its users; past the values that are not shown."""
        values, calls = self.graph.values, self.graph.calls
        users: list[list[Port]] = [[] for _ in values]
        for i, call in enumerate(calls):
            for operand, v in enumerate(call.inputs):
                port = self._way_in(i, operand, v)
                if port is not None:
                    users[v].append(port)
        for v, value in enumerate(values):
            if self.shown[v]:
                box = self.place["value", v]
                if value.maker is not None:
                    self._add_net(v, self._way_out(v, value), [[box, 0]])
                if users[v]:
                    self._add_net(v, [box, 0], users[v])
            elif users[v]:
                self._add_net(v, self._way_out(v, value), users[v])
        self.nets.sort(key=lambda net: net["from"])

    def _way_in(self, i: int, operand: int, v: int) -> Port | None:
        """The port by which a call takes a value; None if it came from the same folded group, or in there already."""
        fold = self._fold(self.graph.calls[i].group)
        if fold < 0:
            return [self.place["call", i], operand]
        value = self.graph.values[v]
        origin = self._fold(value.group if value.maker is None else self.graph.calls[value.maker].group)
        ports = self.entering.setdefault(fold, {})
        if origin == fold or v in ports:
            return None
        ports[v] = len(ports)
        return [self.place["group", fold], ports[v]]

    def _way_out(self, v: int, value: Value) -> Port:
        """The port that a value comes out of: of its maker, or of the folded group that it is in."""
        if value.maker is None:
            fold = self._fold(value.group)
        else:
            fold = self._fold(self.graph.calls[value.maker].group)
            if fold < 0:
                return [self.place["call", value.maker], value.output]
        ports = self.leaving.setdefault(fold, {})
        return [self.place["group", fold], ports.setdefault(v, len(ports))]

    def _add_net(self, v: int, source: Port, targets: list[Port]) -> None:
        value = self.graph.values[v]
        label = boxes.value_title(self.graph, value) or boxes.array_text(value)
        self.nets.append({"value": v, "label": label, "from": source, "to": targets})

    # What stands in the boxes

    def _write_boxes(self) -> None:
        graph, parameters, wrong = self.graph, self._folded_parameters(), self._folded_faults()
        made = {box for net in self.nets for box, _ in net["to"]}
        used = {net["from"][0] for net in self.nets}
        for place, box in enumerate(self.boxes):
            i = box["id"]
            if box["kind"] == "value":
                value = graph.values[i]
                box["tone"] = boxes.value_tone(value)
                boxes.measured(box, boxes.value_lines(graph, value, self.verbose), place in made, place in used)
            elif box["kind"] == "call":
                call = graph.calls[i]
                box["tone"] = boxes.call_tone(graph, call)
                lines = boxes.call_lines(graph, call, self.verbose)
                ways_out = max((graph.values[v].output + 1 for v in call.outputs), default=0)
                boxes.measured(box, lines, len(call.inputs), ways_out)
            else:
                group, ways = graph.groups[i], (len(self.entering.get(i, ())), len(self.leaving.get(i, ())))
                box["tone"] = "wrong" if i in wrong else "backward" if group.kind == "backward" else "group"
                boxes.measured(box, boxes.group_lines(group, parameters.get(i, 0), self.verbose), *ways)

    def _folded_parameters(self) -> dict[int, int]:
        """How many numbers are learnt in each folded group."""
        counts: dict[int, int] = {}
        for value in self.graph.values:
            if value.kind == "parameter" and (fold := self._fold(value.group)) >= 0:
                counts[fold] = counts.get(fold, 0) + boxes.size_of(value)
        return counts

    def _folded_faults(self) -> set[int]:
        """The folded groups in which a call failed, or made the first NaN or infinity."""
        calls = ((self._fold(call.group), call) for call in self.graph.calls)
        return {fold for fold, call in calls if fold >= 0 and boxes.call_tone(self.graph, call) == "wrong"}

"""A profile as dicts and lists, for a file."""

from __future__ import annotations

from typing import Any

from rung.profiler.costs import Cost
from rung.profiler.tree import LayerCost


def as_dict(profile: Any) -> dict[str, Any]:
    """All that the tables of a profile say; times in seconds."""
    ops, layers, peak = profile.by_op(shapes=True), profile.by_layer(), profile.memory()
    return {
        "seconds": profile.seconds,
        "ops": [
            {"name": row.name, "direction": row.direction, "shapes": row.shapes, **_cost(row)} for row in ops.rows
        ],
        "rests": [{"name": row.name, **_cost(row)} for row in ops.rests],
        "layers": [_layer(layer) for layer in layers.layers],
        "outside": {"forward": _cost(layers.outside.forward), "backward": _cost(layers.outside.backward)},
        "memory": {
            "peak": peak.bytes, "when": peak.when._asdict(), "held": [vars(part) for part in peak.held],
            "process": peak.process, "process_before": peak.process_before,
        },
        "leaks": [vars(leak) for leak in profile.leaks()],
    }  # fmt: skip


def _cost(cost: Cost) -> dict[str, Any]:
    return {"calls": cost.calls, "seconds": cost.seconds, "bytes": cost.bytes, "flops": cost.flops}


def _layer(layer: LayerCost) -> dict[str, Any]:
    return {
        "name": layer.name, "kind": layer.kind, "path": layer.path, "calls": layer.calls,
        "forward": _cost(layer.forward), "backward": _cost(layer.backward), "parameters": layer.parameters,
        "parameter_bytes": layer.parameter_bytes, "layers": [_layer(child) for child in layer.children],
    }  # fmt: skip

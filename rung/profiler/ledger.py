"""The memory of arrays: how much there is, who holds it, and how it was at its peak."""

from __future__ import annotations

from typing import Any, NamedTuple

from rung.core.blocks import Block, Blocks
from rung.cuda import has_readable_values
from rung.profiler.layers import LayerRow

PARAMETERS, GRADIENTS, STATE = "parameters", "gradients", "state of optimizers"
ACTIVATIONS, OTHERS, PLANNED = "activations, saved for backward", "other results, and data", "compiled functions"
KINDS = (PARAMETERS, GRADIENTS, STATE, ACTIVATIONS, OTHERS, PLANNED)


class Holder(NamedTuple):
    """Who holds a piece of memory: of activations the op that saved it, of others the one that made it."""

    kind: str
    name: str
    layer: LayerRow


class Piece(Block):
    """A piece of memory, and who holds it."""

    __slots__ = ("holder", "maker", "moment", "place", "savers")
    maker: Holder  # who holds it when no node has saved it
    holder: Holder
    savers: int  # nodes that have it saved
    moment: int  # when it was made
    place: str  # the line of the program, if it is known


class Moment(NamedTuple):
    """When something was: in which span."""

    seconds: float = 0.0
    name: str = ""
    direction: str = ""
    layer: str = ""


class Ledger:
    """Follows the arrays that are shown to it, until they are gone.

    Attributes:
        total: the bytes that are held now.
        peak: the most that were, `when` that was, and who held them then.
    """

    def __init__(self) -> None:
        self.total = self.peak = 0
        self.when = Moment()
        self._blocks = Blocks(Piece, self._gone)
        self._held: dict[Holder, int] = {}
        self._held_at_peak: dict[Holder, int] | None = None  # None: as now

    def see(self, array: Any, maker: Holder, moment: int = 0, place: str = "") -> Piece | None:
        """There is an array: its piece of memory, if that was not known."""
        if not has_readable_values(array) or (piece := self._blocks.new(array)) is None:
            return None
        piece.maker = piece.holder = maker
        piece.savers, piece.moment, piece.place = 0, moment, place
        self.add(maker, piece.bytes)
        return piece

    def add(self, holder: Holder, size: int) -> None:
        """Somebody holds more."""
        self._held[holder] = self._held.get(holder, 0) + size
        self.total += size

    def hold(self, holder: Holder, size: int) -> None:
        """Somebody holds so much."""
        self.add(holder, size - self._held.get(holder, 0))

    def note_peak(self, when: Moment) -> None:
        """Whether there is more now than ever before."""
        if self.total > self.peak:
            self.peak, self.when, self._held_at_peak = self.total, when, None

    def save(self, array: Any, name: str, layer: LayerRow) -> None:
        """A node of the graph saves an array. The first one holds it, for it is the last one to let go."""
        piece = self._blocks.of(array) if has_readable_values(array) else None
        if piece is not None:
            piece.savers += 1
            if piece.maker.kind == OTHERS and piece.savers == 1:
                self._turn(piece, Holder(ACTIVATIONS, name, layer))

    def saved(self, arrays: Any) -> list[Piece]:
        """The pieces of the arrays that a node has saved."""
        found = [self._blocks.of(array) for array in arrays or () if has_readable_values(array)]
        return [piece for piece in found if piece is not None]

    def release(self, pieces: list[Piece]) -> None:
        """A node lets go of what it saved."""
        for piece in pieces:
            piece.savers -= 1
            if piece.savers == 0 and piece.holder is not piece.maker and piece() is not None:
                self._keep_peak()
                self._turn(piece, piece.maker)

    def at_peak(self) -> dict[Holder, int]:
        """Who held how much at the peak."""
        held = self._held if self._held_at_peak is None else self._held_at_peak
        return {holder: size for holder, size in held.items() if size}

    def alive(self) -> list[Piece]:
        """All pieces that are there."""
        return self._blocks.alive()

    def close(self) -> None:
        """Look no longer."""
        self._blocks.close()

    def _gone(self, piece: Piece) -> None:
        self._keep_peak()
        self.add(piece.holder, -piece.bytes)

    def _turn(self, piece: Piece, holder: Holder) -> None:
        self._held[piece.holder] -= piece.bytes
        self._held[holder] = self._held.get(holder, 0) + piece.bytes
        piece.holder = holder

    def _keep_peak(self) -> None:
        """Before the first change after a peak, write down how it was."""
        if self._held_at_peak is None:
            self._held_at_peak = dict(self._held)

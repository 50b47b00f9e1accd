"""`rung.compile`: a step, recorded once, planned, and replayed without Python's detours.

A value goes through these rooms in order: `state.py` finds what a step reads and writes besides its arguments;
`traced.py` holds the arrays that tell `recorder.py` whatever is computed from them; the record is a `program.py`;
`emitting.py` writes it down as Python; and `compiled.py` decides when to record and when to replay.
"""

from rung.compiling.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]

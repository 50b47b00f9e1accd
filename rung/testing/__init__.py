"""Tools for those who write functions: check an op, or a gradient."""

from rung.testing.check import check_op

__all__ = ["check_op"]

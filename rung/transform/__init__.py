"""Functions that make functions: derivatives in both modes and of any order, whole batches, and saved memory."""

from rung.transform.batching import vmap
from rung.transform.checkpointing import checkpoint
from rung.transform.derivatives import hessian, hvp, jacobian
from rung.transform.forward import jvp
from rung.transform.reverse import grad, value_and_grad, vjp

__all__ = ["checkpoint", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp", "vmap"]

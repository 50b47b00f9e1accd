import inspect
import types

import myrung
from myrung import core, functions, utils

for module in core, functions, utils:
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    classes = sum(inspect.isclass(getattr(module, name)) for name in own)
    file = module.__name__.split(".")[-1] + ".py"
    print(f"{file:13} {classes:2} classes, {len(own) - classes:2} functions")

face = [name for name, thing in vars(myrung).items() if name[0] != "_" and not isinstance(thing, types.ModuleType)]
print(f"__init__.py   hands on {len(face)} names:")
print("   ", " ".join(sorted(face, key=str.lower)[:12]), "…")
print("one Variable for all:", myrung.Variable is core.Variable is utils.Variable)

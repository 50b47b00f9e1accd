import inspect
import textwrap
import types

import myrung
from myrung import core, functions, utils

for module in core, functions, utils:
    own = [thing for thing in vars(module).values() if getattr(thing, "__module__", "") == module.__name__]
    classes = sum(map(inspect.isclass, own))
    helpers = sum(map(inspect.isfunction, own))
    print(f"{module.__name__.split('.')[-1] + '.py':13} {classes:2} classes, {helpers:2} functions")

guest = {}
exec("from myrung import *", guest)
names = sorted((name for name in guest if name[0] != "_"), key=str.lower)
files = [name for name in names if isinstance(guest[name], types.ModuleType)]
print(f"from myrung import * brings {len(names)} names. {len(files)} are files: {' '.join(files)}.")
print(textwrap.fill("The others: " + " ".join(name for name in names if name not in files), 72))
print("one Variable for all:", myrung.Variable is core.Variable is utils.Variable)

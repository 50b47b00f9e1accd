"""Imports point one way: each room may use the rooms above it, and `import rung` brings in little."""

import ast
import subprocess
import sys
from pathlib import Path

import rung

PACKAGE = Path(rung.__file__).parent
# What learners write and run in the steps of the course is theirs.
SOURCES = [path for path in PACKAGE.rglob("*.py") if PACKAGE / "course" / "steps" not in path.parents]

# From the top down; a room may import its own row and the rows above.
ROWS = [
    ["errors"],
    ["config", "shapes", "tables", "trees"],
    ["cuda", "random", "files", "fonts", "machine"],
    ["dtypes", "serializers", "archives"],
    ["kernels"],
    ["core"],
    ["picture"],
    ["functions"],
    ["transform"],
    ["initializers", "layers"],
    ["models"],
    ["optimizers", "schedules"],
    ["compiling"],
    ["profiler"],
    ["transforms"],
    ["datasets"],
    ["dataloaders"],
    ["visualize", "testing", "trainer"],
    ["viewing"],
    ["utils"],
    ["dezero"],
    ["course"],
    ["cli"],
    ["__init__"],
    ["__main__"],
]
# Imports that bind late, inside a function, to keep `import rung` quick or to reach the package's face.
FACE = {"cli", "course", "__main__"}


def _room(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"rung.{a.name}" for a in node.names) if node.module == "rung" else [node.module]


def test_imports_point_one_way():
    level = {room: i for i, row in enumerate(ROWS) for room in row}
    for path in SOURCES:
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        assert room in level, f"{room} has no row in the layout"
        for module in _imports(path):
            if module.split(".")[0] == "rung" and room not in FACE:
                assert level[_room(module)] <= level[room], f"{path.name} of {room} imports {module}"


def test_no_cycles_among_the_files_of_core():
    files = {p.stem: {m.split(".")[2] for m in _imports(p) if m.startswith("rung.core.")}
             for p in (PACKAGE / "core").glob("*.py")}  # fmt: skip
    while files:
        free = [name for name, needs in files.items() if not needs & files.keys()]
        assert free, f"a cycle among {sorted(files)}"
        for name in free:
            del files[name]


def test_one_file_knows_cupy():
    knowing = [p.name for p in SOURCES if any(m.split(".")[0] == "cupy" for m in _imports(p))]
    assert knowing == ["cuda.py"]


def test_numba_is_imported_in_one_place_which_prepares_its_threads_and_vectors():
    assert not [p.name for p in SOURCES if any(m.split(".")[0] == "numba" for m in _imports(p))]


def test_importing_rung_imports_numpy_and_the_standard_library_alone():
    code = (
        "import sys, numpy; before = set(sys.modules); import rung; "
        "print(*{m.split('.')[0] for m in set(sys.modules) - before})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = set(run.stdout.split()) - set(sys.stdlib_module_names) - {"rung", "numpy"}
    assert {m for m in foreign if not m.startswith("_") and m != "org"} == set()


def test_no_global_numpy_randomness_in_the_package():
    for path in SOURCES:
        if "dezero" in path.parts:  # whose programs seed it
            continue
        text = path.read_text(encoding="utf-8")
        for call in ("np.random.seed", "np.random.rand(", "np.random.randn", "np.random.permutation"):
            assert call not in text, f"{path.name} uses {call}"

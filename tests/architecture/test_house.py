"""The rules of the house, as tests. What each room may hold stands in docs/architecture.md."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import registry
from registry import STOREYS
from registry.policy import RULES, Permission

HOUSE = Path(registry.__file__).parent
ROOT = HOUSE.parent
MODULES = sorted(HOUSE.rglob("*.py"))
FLOORS = [module for module in MODULES if module.relative_to(HOUSE).parts[0].removesuffix(".py") in STOREYS]
VIEWS = {"views.py", "office.py", "component_doors.py", "recall_doors.py"}
DOORS = VIEWS | {"forms.py", "commands.py", "blueprint.py"}
GROUND = {"kernel", "policy", "web"}
FLASK = {"flask", "flask_wtf", "flask_login", "wtforms", "werkzeug"}
LONG_FILE, LONG_FUNCTION = 400, 60
def storey_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def parts_of_ours(name: str) -> list[str]:
    """The parts of a module's name when it belongs to a storey, otherwise nothing."""
    parts = name.split(".")
    return parts if parts[0] == "registry" and len(parts) > 1 and parts[1] in STOREYS else []


def place(path: Path, what: object = "") -> str:
    """How a fault is named: the module, and what or which line is wrong in it."""
    return f"{path.relative_to(HOUSE)}: {what}"


def test_a_storey_stands_only_on_those_below():
    reaching_up = [
        place(path, name) for path in FLOORS for name in imports(tree_of(path))
        if (parts := parts_of_ours(name)) and STOREYS.index(parts[1]) > STOREYS.index(storey_of(path))
    ]
    assert not reaching_up


def test_no_storey_knows_the_adapters_or_the_configuration():
    outside = {"registry.adapters", "registry.config", "registry.app", "registry.cli", "registry.serving"}
    knowing = [
        place(path, name) for path in FLOORS for name in imports(tree_of(path)) if ".".join(name.split(".")[:2]) in outside
    ]
    assert not knowing


def test_flask_stops_at_the_door():
    behind = [path for path in FLOORS if storey_of(path) != "web" and path.name not in DOORS]
    reached = [
        place(path, name) for path in behind for name in imports(tree_of(path))
        if name.split(".")[0] in FLASK or name.startswith("registry.web")
    ]
    assert not reached


def test_only_the_unit_of_work_ends_a_transaction():
    ending = [
        place(path, call.lineno) for path in MODULES if path.name != "uow.py" for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}
    ]
    assert not ending


def test_the_time_comes_from_the_tools():
    looked = [
        place(path, node.lineno) for path in FLOORS for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}
        and isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    ]
    assert not looked


def test_nothing_is_imported_inside_a_function():
    inside = [
        place(path, node.lineno) for path in MODULES for function in functions(tree_of(path)) for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


def test_nothing_is_long():
    files = [place(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > LONG_FILE]
    long = [
        place(path, function.name) for path in MODULES for function in functions(tree_of(path))
        if (function.end_lineno or 0) - function.lineno >= LONG_FUNCTION
    ]
    assert not files + long


def test_no_exception_is_caught_whatever_it_is():
    caught = [
        place(path, node.lineno) for path in MODULES for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler)
        if node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
    ]
    assert not caught


def test_every_module_says_what_it_is():
    assert not [place(path) for path in MODULES if not ast.get_docstring(tree_of(path))]


def test_each_storey_names_its_source():
    storeys = [HOUSE / storey / "__init__.py" for storey in STOREYS if storey not in GROUND]
    assert not [place(path) for path in storeys if "Source" not in (ast.get_docstring(tree_of(path)) or "")]


def test_each_permission_has_a_rule():
    assert set(RULES) == set(Permission)
    assert all(way for ways in RULES.values() for way in ways)


def test_permissions_stand_in_alphabetical_order():
    assert [p.value for p in Permission] == sorted(p.value for p in Permission)


ROOMS = [m for m in FLOORS if m.name in {"actions.py", "queries.py"} and storey_of(m) not in GROUND]
VIEWED = [module for module in FLOORS if module.name in VIEWS]


def test_a_view_touches_no_session():
    touching = [
        place(path, node.lineno) for path in VIEWED for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) == ("uow", "session")
    ]
    assert not touching


def test_a_view_enters_only_its_own_rooms():
    elsewhere = [
        place(path, name) for path in VIEWED for name in imports(tree_of(path))
        if (parts := parts_of_ours(name)) and parts[1] not in GROUND and parts[1] != storey_of(path)
    ]
    assert not elsewhere


def called_from_views(storey: str) -> set[tuple[str, str]]:
    """(room, function) for every action and query that the views of a storey call."""
    found = set()
    for door in sorted(VIEWS):
        path = HOUSE / storey / door
        for node in ast.walk(tree_of(path)) if path.exists() else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                found.add((node.func.value.id, node.func.attr))
    return found


def test_everything_a_view_calls_has_asked_policy():
    """Directly, or by the first function of its own room it calls."""
    silent = []
    for path in ROOMS:
        written = {f.name: f for f in tree_of(path).body if isinstance(f, ast.FunctionDef)}
        called = {name for room, name in called_from_views(storey_of(path)) if room == path.stem}
        asked = [name for name in sorted(called & set(written)) if not asks_policy(written[name], written, set())]
        silent.extend(place(path, name) for name in asked)
    assert not silent


def asks_policy(function: ast.FunctionDef, written: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    seen.add(function.name)
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    if "policy" in names:
        return True
    if ELSEWHERE & names:
        return True
    return any(asks_policy(written[name], written, seen) for name in sorted(names & set(written)) if name not in seen)


ELSEWHERE = {"project", "board", "answer", "inbox", "my_upload", "project_for", "prove_password", "recognise", "reveal_identity"}
"""Functions of other rooms that ask policy (or are the proof of who one is) before anything else."""


def pages_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (view, template) for every page a module draws."""
    for view in functions(tree_of(path)):
        for node in ast.walk(view):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "page" and isinstance(node.args[0], ast.Constant):
                yield view.name, str(node.args[0].value)


def test_no_template_is_left_over_and_none_is_missing():
    templates = ROOT / "templates"
    rooms = [s for s in STOREYS if (templates / s).is_dir()]
    kept = {f"{room}/{t.relative_to(templates / room)}" for room in rooms for t in (templates / room).rglob("*.html")}
    drawn = {template for path in FLOORS if path.name in DOORS for _view, template in pages_of(path)}
    assert {name for name in drawn if not name.startswith("errors/")} == {name for name in kept if "/_" not in name}


def test_a_template_says_in_its_first_line_what_it_is_given():
    silent = [
        str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html")
        if path.parent.name != "_parts" and not path.read_text(encoding="utf-8").startswith("{#")
    ]
    assert not silent

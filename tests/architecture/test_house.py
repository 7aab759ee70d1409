"""The rules of the house, as tests. What each room may hold stands in docs/architecture.md."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

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
ids = {"ids": lambda module: str(module.relative_to(HOUSE))}


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


@pytest.mark.parametrize("path", FLOORS, **ids)
def test_a_storey_stands_only_on_those_below(path):
    here = STOREYS.index(storey_of(path))
    for name in imports(tree_of(path)):
        parts = name.split(".")
        if parts[0] == "registry" and len(parts) > 1 and parts[1] in STOREYS:
            assert STOREYS.index(parts[1]) <= here, f"reaches up to {parts[1]}"


@pytest.mark.parametrize("path", FLOORS, **ids)
def test_no_storey_knows_the_adapters_or_the_configuration(path):
    outside = {"registry.adapters", "registry.config", "registry.app", "registry.cli", "registry.serving"}
    assert not [name for name in imports(tree_of(path)) if ".".join(name.split(".")[:2]) in outside]


@pytest.mark.parametrize("path", [m for m in FLOORS if storey_of(m) != "web" and m.name not in DOORS], **ids)
def test_flask_stops_at_the_door(path):
    reached = [n for n in imports(tree_of(path)) if n.split(".")[0] in FLASK or n.startswith("registry.web")]
    assert not reached


@pytest.mark.parametrize("path", [m for m in MODULES if m.name != "uow.py"], **ids)
def test_only_the_unit_of_work_ends_a_transaction(path):
    called = {node.func.attr for node in ast.walk(tree_of(path))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    assert not called & {"commit", "rollback"}


@pytest.mark.parametrize("path", FLOORS, **ids)
def test_the_time_comes_from_the_tools(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"} and isinstance(node.value, ast.Name):
            assert node.value.id not in {"datetime", "date"}, f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, **ids)
def test_nothing_is_imported_inside_a_function(path):
    for function in functions(tree_of(path)):
        inside = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not inside, f"{function.name}: {inside}"


@pytest.mark.parametrize("path", MODULES, **ids)
def test_nothing_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONG_FILE
    for function in functions(tree_of(path)):
        assert (function.end_lineno or 0) - function.lineno < LONG_FUNCTION, function.name


@pytest.mark.parametrize("path", MODULES, **ids)
def test_no_exception_is_caught_whatever_it_is(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in {"everything", "Exception", "BaseException"}, f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, **ids)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("storey", [s for s in STOREYS if s not in GROUND])
def test_each_storey_names_its_source(storey):
    said = ast.get_docstring(tree_of(HOUSE / storey / "__init__.py")) or ""
    assert "Source" in said


def test_each_permission_has_a_rule():
    assert set(RULES) == set(Permission)
    assert all(way for ways in RULES.values() for way in ways)


def test_permissions_stand_in_alphabetical_order():
    assert [p.value for p in Permission] == sorted(p.value for p in Permission)


ROOMS = [m for m in FLOORS if m.name in {"actions.py", "queries.py"} and storey_of(m) not in GROUND]


@pytest.mark.parametrize("path", [m for m in FLOORS if m.name in VIEWS], **ids)
def test_a_view_touches_no_session(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) != ("uow", "session"), f"line {node.lineno}"


@pytest.mark.parametrize("path", [m for m in FLOORS if m.name in VIEWS], **ids)
def test_a_view_enters_only_its_own_rooms(path):
    for name in imports(tree_of(path)):
        parts = name.split(".")
        if parts[0] == "registry" and len(parts) > 1 and parts[1] in STOREYS and parts[1] not in GROUND:
            assert parts[1] == storey_of(path), name


def called_from_views(storey: str) -> set[tuple[str, str]]:
    """(room, function) for every action and query that the views of a storey call."""
    found = set()
    for door in sorted(VIEWS):
        path = HOUSE / storey / door
        for node in ast.walk(tree_of(path)) if path.exists() else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                found.add((node.func.value.id, node.func.attr))
    return found


@pytest.mark.parametrize("path", ROOMS, **ids)
def test_everything_a_view_calls_has_asked_policy(path):
    """Directly, or by the first function of its own room it calls."""
    written = {f.name: f for f in tree_of(path).body if isinstance(f, ast.FunctionDef)}
    for room, name in called_from_views(storey_of(path)):
        if room == path.stem and name in written:
            assert asks_policy(written[name], written, set()), f"{name} asks nobody"


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

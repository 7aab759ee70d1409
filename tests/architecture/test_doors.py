"""The rules of the doors: who may pass is declared, addresses are kept, public doors are listed by name."""

from pathlib import Path

import pytest
from werkzeug.routing import RequestRedirect

from registry.policy import Permission
from registry.web.door import PUBLIC

HERE = Path(__file__).parent
CSRF_FREE = {"plaques.seen"}


def lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_every_door_declares_who_may_pass(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            needs = getattr(app.view_functions[rule.endpoint], "needs", None)
            assert needs == PUBLIC or isinstance(needs, Permission), rule


def test_public_doors_are_listed_by_name(app):
    public = {e for e, view in app.view_functions.items() if getattr(view, "needs", None) == PUBLIC}
    assert public == set(lines("public_doors.txt"))


@pytest.mark.parametrize("address", lines("permanent_urls.txt"))
def test_an_address_cut_in_stone_answers_for_ever(app, address):
    path, endpoint = address.split()
    matcher = app.url_map.bind("zhuze.test", url_scheme="https")
    try:
        assert matcher.match(path)[0] == endpoint
    except RequestRedirect as moved:
        pytest.fail(f"{path} now leads to {moved.new_url}")


def test_the_list_of_permanent_addresses_never_shrinks():
    assert "/v/6F7XNKA3HFMAMRTT6PECMFY9 plaques.public" in lines("permanent_urls.txt")
    assert "/V/6F7XNKA3HFMAMRTT6PECMFY9 plaques.public" in lines("permanent_urls.txt")


def test_every_post_but_the_beacon_wants_a_token(app):
    exempt = {e for e, view in app.view_functions.items()
              if f"{view.__module__}.{view.__name__}" in app.extensions["csrf"]._exempt_views}
    assert exempt == CSRF_FREE


def test_urls_are_plural_kebab_case(app):
    for rule in app.url_map.iter_rules():
        fixed = [part for part in str(rule).split("/") if part and "<" not in part and part not in {"V", "R", "M"}]
        assert all(part == part.lower() and "_" not in part for part in fixed), rule

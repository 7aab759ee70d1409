"""Addresses built by the rule that is kept are those that Flask would find."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, PathConverter, UUIDConverter

from registry.kernel.uow import Units
from registry.web.addresses import address
from tests.accounts.visiting import application


def sample(converter: BaseConverter) -> Any:
    """Return something that may stand in that place of an address."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return {UUIDConverter: UUID(int=7), IntegerConverter: 7, PathConverter: "css/base.css"}.get(type(converter), "钢筋 ①/a?b")


@pytest.fixture
def app(units: Units) -> Iterator[Flask]:
    app = application(units)
    with app.test_request_context("/under/here", base_url="https://zhuze.test/under"):
        yield app


def test_every_view_has_the_address_that_flask_gives_it(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        given = {name: sample(converter) for name, converter in rule._converters.items()}
        for more in ({}, {"q": "泉城", "page": 2, "none": None}, {"_anchor": "design"}, {"_external": True}):
            assert address(rule.endpoint, **given, **more) == url_for(rule.endpoint, **given, **more)

"""Addresses of our own pages, as a page asks for them a hundred times.

Flask's url_for() searches among ways, methods and hosts for every single one. Here a view has one way to it and one
site, so its rule is looked up once and built from then on.
"""

from typing import Any

from flask import Flask, current_app, request, url_for
from werkzeug.routing import Rule

ASKING_MORE = frozenset({"_anchor", "_external", "_method", "_scheme"})


def install(app: Flask) -> None:
    app.extensions["ways"] = {}
    app.jinja_env.globals["url_for"] = address


def address(endpoint: str, **values: Any) -> str:
    """Return what url_for() returns, and ask it for whatever is out of the common run."""
    rule = only_way(endpoint)
    if rule is None or not ASKING_MORE.isdisjoint(values) or not rule.arguments <= values.keys():
        return url_for(endpoint, **values)
    built = rule.build({name: value for name, value in values.items() if value is not None})
    return f"{request.script_root}{built[1]}" if built else url_for(endpoint, **values)


def only_way(endpoint: str) -> Rule | None:
    """Return the rule of a view that has one and leaves nothing to choose; None for ".relative" names and the like."""
    known: dict[str, Rule | None] = current_app.extensions["ways"]
    if endpoint not in known:
        rules = list(current_app.url_map.iter_rules(endpoint)) if endpoint in current_app.view_functions else []
        known[endpoint] = rules[0] if len(rules) == 1 and not rules[0].defaults else None
    return known[endpoint]

"""Canonical JSON: the quick way and the library's way give the same bytes."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.rules import LARGEST_INTEGER, canonical, written_alike

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts
plain = st.recursive(
    leaves | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20,
)


@given(plain)
def test_every_value_is_written_as_rfc_8785_has_it(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), leaves))
def test_what_events_are_made_of_goes_the_quick_way(value):
    assert written_alike(value)
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", ["\x00\x1f\x7f\u2028\\\"/<>\b\t\n\f\r", "𠮷", {"b": 1, "a": {"B": [], "A": {}}}])
def test_the_signs_that_json_libraries_disagree_about_are_written_alike(value):
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), "\ud800"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 — each library says it otherwise
        canonical(value)

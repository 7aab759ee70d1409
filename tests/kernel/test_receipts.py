"""The second click of a double click waits for the first, and is answered as the first was."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest

from registry.kernel import receipts
from registry.kernel.actor import Actor
from registry.kernel.receipts import InProgress, Repeated, claim

LI = Actor(account=UUID(int=1), name="李建国")
BODY = b"\0" * 32


def first_click(units, begun, may_end):
    with units.writing(LI) as uow:
        claim(uow, "double", BODY)
        begun.set()
        may_end.wait(30)


def second_click(units):
    with units.writing(LI) as uow:
        claim(uow, "double", BODY)


def test_the_second_click_waits_for_the_first(committed):
    begun, may_end = Event(), Event()
    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(first_click, committed, begun, may_end)
        begun.wait(30)
        second = hands.submit(second_click, committed)
        may_end.set()
        first.result()
        with pytest.raises(Repeated):
            second.result()


def test_who_waits_too_long_is_told_that_it_is_being_done(committed, monkeypatch):
    monkeypatch.setattr(receipts, "PATIENCE", 0.1)
    begun, may_end = Event(), Event()
    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(first_click, committed, begun, may_end)
        begun.wait(30)
        with pytest.raises(InProgress, match="正在办理"):
            second_click(committed)
        may_end.set()
        first.result()

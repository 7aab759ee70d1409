"""Which edition governs a place on a day."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.standards.reading import Malformed
from registry.standards.rules import NATION, Edition, Status, governing, region_chain, superseded_from

TODAY = date(2026, 3, 2)


def edition(
    region: str = NATION, since: date = date(2014, 8, 25), status: Status = Status.LAW, hour: int = 0
) -> Edition:
    return Edition(
        id=uuid4(), kind="change-clock", key="", region=region, version="1", effective_from=since, title="",
        source="", status=status, note="", content_sha256="",
        entered_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour),
    )


CODES = some.sampled_from(["000000", "370000", "370100", "370102", "370200", "110000", "110101", "440100"])
DAYS = some.dates(date(2010, 1, 1), date(2026, 12, 31))
EDITIONS = some.lists(
    some.builds(edition, CODES, DAYS, some.sampled_from(Status), some.integers(0, 1000)), max_size=12
)


@pytest.mark.parametrize(
    ("region", "chain"),
    [
        ("370102", ("370102", "370100", "370000", "000000")),
        ("370100", ("370100", "370000", "000000")),
        ("110000", ("110000", "000000")),
        ("000000", ("000000",)),
    ],
)
def test_a_place_obeys_county_city_province_and_nation(region: str, chain: tuple[str, ...]) -> None:
    assert region_chain(region) == chain


@pytest.mark.parametrize("region", ["", "3701", "37010２", "abcdef", "3701021"])
def test_a_region_is_six_digits(region: str) -> None:
    with pytest.raises(Malformed, match="6 位数字"):
        region_chain(region)


@settings(deadline=None)
@given(EDITIONS, CODES, DAYS)
def test_nearest_region_goes_before_latest_day(editions: list[Edition], region: str, on: date) -> None:
    chosen = governing(editions, region, on)
    chain = region_chain(region)
    standing = [e for e in editions if e.region in chain and e.effective_from <= on]
    if chosen is None:
        assert not standing
        return
    assert chosen in standing
    for other in standing:
        assert chain.index(chosen.region) <= chain.index(other.region)
        if other.region == chosen.region:
            assert chosen.effective_from >= other.effective_from


@settings(deadline=None)
@given(EDITIONS, CODES, DAYS, some.randoms())
def test_the_order_in_which_editions_are_found_changes_nothing(
    editions: list[Edition], region: str, on: date, random: some.DrawFn
) -> None:
    shuffled = list(editions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands over a Random
    before, after = governing(editions, region, on), governing(shuffled, region, on)
    assert (before and before.rank) == (after and after.rank)


@settings(deadline=None)
@given(EDITIONS, CODES, DAYS)
def test_what_governs_a_county_reaches_it_from_above_and_never_from_beside(
    editions: list[Edition], region: str, on: date
) -> None:
    beside = [e for e in editions if e.region not in region_chain(region)]
    assert governing(beside, region, on) is None


def test_an_edition_does_not_govern_before_its_day_of_effect() -> None:
    later = edition(since=TODAY + timedelta(days=1))
    now = edition(since=TODAY)
    assert governing([later, now], "370102", TODAY) is now
    assert governing([later, now], "370102", TODAY + timedelta(days=1)) is later
    assert governing([later, now], "370102", TODAY - timedelta(days=1)) is None


def test_the_official_text_goes_before_our_default_of_the_same_day_however_late_ours_came() -> None:
    official = edition(status=Status.LAW, hour=1)
    ours = edition(status=Status.SUGGESTION, hour=2)
    assert governing([official, ours], NATION, TODAY) is official


def test_of_two_texts_of_one_rank_the_one_entered_last_governs() -> None:
    first, second = edition(hour=1), edition(hour=2)
    assert governing([second, first], NATION, TODAY) is second


def test_an_edition_says_from_which_day_a_later_one_stands_in_its_place() -> None:
    old, new = edition(since=date(2014, 8, 25)), edition(since=date(2020, 1, 1))
    elsewhere = edition(region="370100", since=date(2016, 1, 1))
    assert superseded_from(old, [old, new, elsewhere]) == date(2020, 1, 1)
    assert superseded_from(new, [old, new, elsewhere]) is None

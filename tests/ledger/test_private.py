"""No number by which a person can be found gets into the ledger by way of free text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from registry.kernel.actor import SYSTEM
from registry.ledger.actions import append
from registry.ledger.private import PersonalNumber, personal_number, refuse_personal_numbers
from tests.ledger.build import an_organisation
from tests.parties import build as parties

TODAY = date(2026, 3, 2)
IDENTITY = "11010519491231002X"

words = st.text(st.characters(blacklist_categories=["Nd", "Cs", "Nl", "No"], blacklist_characters="+-Xx"), max_size=30)
births = st.dates(date(1900, 1, 1), date(2010, 12, 31))
areas = st.sampled_from(["110105", "370102", "440305", "659004", "810000"])


@st.composite
def identities(draw):
    body = f"{draw(areas)}{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + ric.calc_check_digit(body + "0")


mobiles = st.builds("1{}{:09d}".format, st.integers(3, 9), st.integers(0, 10**9 - 1))
full_width = st.sampled_from([str, lambda text: text.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})])


@given(words, identities(), words, full_width)
def test_an_identity_number_is_found_wherever_it_stands(before, number, after, written):
    assert personal_number(f"{before}{written(number)}{after}", TODAY) == number


@given(words, mobiles, words, st.sampled_from(["{}", "+86{}", "86 {}"]))
def test_a_mobile_number_is_found_wherever_it_stands(before, number, after, form):
    assert personal_number(f"{before}{form.format(number)}{after}", TODAY).endswith(number)


def test_a_mobile_number_is_found_as_people_group_it():
    assert personal_number("电话 138 1234 5678", TODAY)
    assert personal_number("138-1234-5678 李工", TODAY)


@given(words)
def test_words_are_no_numbers(text):
    assert personal_number(text, TODAY) == ""


@given(st.integers(0, 10**9))
def test_a_code_of_a_firm_is_nobodys_number(number):
    assert personal_number(f"承继单位 {parties.code(number % 10**8 or 1)}", TODAY) == ""


@given(st.uuids(), st.binary(min_size=32, max_size=32))
def test_ids_and_hashes_are_nobodys_numbers(one, digest):
    assert personal_number(f"/terms/{one}/pledge {digest.hex()}", TODAY) == ""


@given(st.dates(date(2014, 1, 1), date(2026, 12, 31)), st.integers(0, 9999))
def test_the_number_of_a_permit_is_nobodys_number(day, serial):
    assert personal_number(f"施工许可证 370102{day:%Y%m%d}{serial:04d}", TODAY) == ""


@given(st.integers(10**18, 10**24))
def test_what_is_longer_than_a_persons_number_is_none(number):
    assert personal_number(f"案卷 {number}", TODAY) == ""


@pytest.mark.parametrize("told", [
    {"permit_number": IDENTITY}, {"uscc": IDENTITY}, {"unit_numbers": [IDENTITY]}, {"code": "13812345678"},
    {"facts": {"code": "13812345678"}}, {"reason": None}, {"area": 13812345678},
])
def test_columns_that_hold_codes_are_left_alone(told):
    refuse_personal_numbers(told, TODAY)


@pytest.mark.parametrize(("told", "field"), [
    ({"reason": f"由身份证 {IDENTITY} 的人接任"}, "reason"),
    ({"place": "大门", "mounted_by": "张工 13812345678"}, "mounted_by"),
    ({"evidence": {"note": "致电13812345678"}}, "note"),
    ({"lines": ["一", "１３８１２３４５６７８"]}, "lines"),
])
def test_free_text_with_somebodys_number_is_refused_with_its_place(told, field):
    with pytest.raises(PersonalNumber, match="身份证号码或手机号") as no:
        refuse_personal_numbers(told, TODAY)
    assert no.value.field == field
    assert IDENTITY not in str(no.value)
    assert "13812345678" not in str(no.value)


def test_neither_the_record_nor_what_is_told_beside_it_may_hold_one(units):
    with pytest.raises(PersonalNumber), units.writing(SYSTEM) as uow:
        append(uow, "organisation.entered", an_organisation(uow, "找李工13812345678公司"))
    with pytest.raises(PersonalNumber), units.writing(SYSTEM) as uow:
        append(uow, "organisation.entered", an_organisation(uow), data={"reason": f"见 {IDENTITY}"})

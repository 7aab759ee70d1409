"""Numbers of organisations, people and certificates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.parties.identifiers import (
    InvalidIdentifier,
    check_identity,
    check_mobile,
    check_pattern,
    check_region,
    check_registration,
    check_uscc,
    mask_identity,
    mask_phone,
    organisation_check,
)
from registry.parties.models import IdentityKind

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

days = st.dates(date(1900, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
serials = st.integers(0, 999).map(lambda number: f"{number:03d}")


def with_check_digit(seventeen: str) -> str:
    """The 17 digits and their check digit by the table of GB 11643, not by the code under test."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, CITIZEN_WEIGHTS, strict=True))
    return seventeen + "10X98765432"[total % 11]


citizens = st.builds(
    lambda area, day, serial: with_check_digit(area + day + serial),
    st.integers(100000, 799999).map(str), days, serials,
)
residents = st.builds(
    lambda area, day, serial: with_check_digit(area + day + serial),
    st.sampled_from(["810000", "820000", "830000"]), days, serials,
)


@pytest.mark.parametrize("number", [
    "91350100M000100Y43", "91110000802100433B", "914403001922038216", "91440300708461136T",
])
def test_published_credit_codes_are_right(number):
    assert check_uscc(number).value == number


@pytest.mark.parametrize(("number", "said"), [
    ("91350100M000100Y44", "末位校验码"),
    ("91110000802100433I", "I、O、S、V、Z"),
    ("9135010M000100Y43", "18 位"),
    ("9135O100M000100Y43", "I、O、S、V、Z"),
    ("91350100M000100Y53", "末位校验码|组织机构代码"),
    ("913501A0M000100Y43", "第 3 至 8 位"),
])
def test_a_wrong_credit_code_is_refused_with_the_reason(number, said):
    with pytest.raises(InvalidIdentifier, match=said):
        check_uscc(number)


def test_the_organisation_code_inside_a_credit_code_is_checked_by_itself():
    body = "91350100M000100Z4"
    check = next(sign for sign in USCC_SIGNS if _total(body + sign) % 31 == 0)
    with pytest.raises(InvalidIdentifier, match=r"I、O、S、V、Z|组织机构代码"):
        check_uscc(body + check)
    body = "91350100M000100Y5"
    check = next(sign for sign in USCC_SIGNS if _total(body + sign) % 31 == 0)
    with pytest.raises(InvalidIdentifier, match="组织机构代码"):
        check_uscc(body + check)


def _total(number: str) -> int:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
    return sum(USCC_SIGNS.find(sign) * weight for sign, weight in zip(number, weights, strict=True))


def test_a_rural_collective_whose_code_begins_with_a_letter_is_right():
    body = "N2370102MF0000000"
    body = body[:16] + organisation_check(body[8:16])
    check = next(sign for sign in USCC_SIGNS if _total(body + sign) % 31 == 0)
    assert check_uscc(body + check).value == body + check


def test_a_credit_code_is_kept_in_compact_upper_case():
    assert check_uscc(" 91350100-m000100y-43 ").value == "91350100M000100Y43"


@pytest.mark.parametrize(("number", "code"), [("80210043", "3"), ("M000100Y", "4")])
def test_published_organisation_codes_have_their_check_character(number, code):
    assert organisation_check(number) == code


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_published_identity_numbers_are_right(number):
    assert check_identity(IdentityKind.CITIZEN, number).value == number


@pytest.mark.parametrize(("number", "said"), [
    ("110105194912310021", "校验码"),
    ("110105491231002", "15 位"),
    ("11010519491231002", "18 位"),
    ("1101051949123100AX", "17 位数字"),
    (with_check_digit("11010519490230002"), "出生日期不存在"),
    (with_check_digit("11010517490203002"), "出生年份"),
    (with_check_digit("81000019900101001"), "港澳台居民居住证"),
    (with_check_digit("91112419810803002"), "外国人永久居留身份证"),
])
def test_a_wrong_identity_number_is_refused_with_the_reason(number, said):
    with pytest.raises(InvalidIdentifier, match=said):
        check_identity(IdentityKind.CITIZEN, number)


def test_an_abolished_or_unknown_region_never_stops_a_person():
    assert check_identity(IdentityKind.CITIZEN, with_check_digit("41272319700101001")).warnings == ()
    checked = check_identity(IdentityKind.CITIZEN, with_check_digit("79999919700101001"))
    assert "不在行政区划代码表" in checked.warnings[0]


@given(citizens)
def test_every_well_formed_identity_number_passes(number):
    assert check_identity(IdentityKind.CITIZEN, number.lower()).value == number


@given(residents)
def test_every_well_formed_residence_permit_passes(number):
    assert check_identity(IdentityKind.RESIDENCE_PERMIT, number).value == number


@given(citizens, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number, place, by):
    if number[place] == "X":
        wrong = number[:place] + str(by)
    else:
        wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1:]
    with pytest.raises(InvalidIdentifier):
        check_identity(IdentityKind.CITIZEN, wrong)


@given(citizens, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_noticed(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2:]
    if swapped != number:
        with pytest.raises(InvalidIdentifier):
            check_identity(IdentityKind.CITIZEN, swapped)


@pytest.mark.parametrize(("kind", "number"), [
    (IdentityKind.PASSPORT, "E12345678"),
    (IdentityKind.FOREIGN_PERMANENT, "USA110085010112"),
    (IdentityKind.FOREIGN_PERMANENT, with_check_digit("91139219810803002")),
    (IdentityKind.HKM_TRAVEL, "H12345678"),
    (IdentityKind.TAIWAN_TRAVEL, "12345678"),
])
def test_other_documents_are_known(kind, number):
    assert check_identity(kind, number.lower()).value == number


@pytest.mark.parametrize(("kind", "number"), [
    (IdentityKind.PASSPORT, "护照一二三"),
    (IdentityKind.PASSPORT, "ABCDEFG"),
    (IdentityKind.FOREIGN_PERMANENT, "USA110085013212"),
    (IdentityKind.FOREIGN_PERMANENT, "11010519491231002X"),
    (IdentityKind.HKM_TRAVEL, "A12345678"),
    (IdentityKind.TAIWAN_TRAVEL, "1234"),
    (IdentityKind.RESIDENCE_PERMIT, "11010519491231002X"),
])
def test_a_number_of_another_document_is_refused(kind, number):
    with pytest.raises(InvalidIdentifier):
        check_identity(kind, number)


@pytest.mark.parametrize("number", ["13800001111", "+86 138-0000-1111", "8613800001111"])
def test_mobile_numbers_are_kept_bare(number):
    assert check_mobile(number).value == "13800001111"


@pytest.mark.parametrize("number", ["12800001111", "1380000111", "0531-88888888"])
def test_other_phone_numbers_are_refused(number):
    with pytest.raises(InvalidIdentifier, match="11 位"):
        check_mobile(number)


def test_an_unknown_region_is_a_warning_and_a_malformed_one_is_refused():
    assert check_region("370102").warnings == ()
    assert check_region("999999").warnings
    with pytest.raises(InvalidIdentifier, match="6 位数字"):
        check_region("3701")


@pytest.mark.parametrize(("kind", "number"), [
    ("project", "3306021608300101"), ("permit", "411081202304060101"), ("firm-qualification", "D151101420"),
    ("constructor", "京111050700001"), ("constructor", "京1112013201400001"),
])
def test_certificates_of_the_usual_form_raise_no_eyebrow(kind, number):
    assert check_pattern(kind, number).warnings == ()


def test_a_certificate_of_another_form_is_kept_with_a_warning():
    checked = check_pattern("permit", "[2018]施[朝]建字0072号")
    assert checked.value == "[2018]施[朝]建字0072号"
    assert "通常的格式不同" in checked.warnings[0]


def test_a_registration_is_judged_by_its_profession():
    assert check_registration("一级注册建造师（建筑工程）", "鲁1370507").warnings
    assert not check_registration("注册监理工程师", "37001234").warnings
    assert not check_registration("注册公用设备工程师", "CS-1").warnings


def test_masks_show_no_more_than_lists_may():
    assert mask_identity("11010519491231002X") == "1****************X"
    assert mask_identity("E123") == "****"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("12345678") == "******78"
    assert mask_phone("123") == "***"

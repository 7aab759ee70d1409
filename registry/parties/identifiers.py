"""Numbers that name an organisation, a person, a place or a certificate: what makes each one right.

Each `check_…` takes what a person typed, already cleaned of spaces or not, and returns a `Checked`: the
form to keep and what looks odd about it. Numbers the state computes (统一社会信用代码, 公民身份号码) are
strict: a wrong one raises Invalid. Numbers of certificates vary from province to province and from decade
to decade: an odd one is kept with a warning.

Sources: GB 32100-2015, GB 11714-1997, GB 11643-1999, GB/T 2260, GA 2102-2023 (外国人永久居留身份证),
国办发〔2018〕81号 (港澳台居民居住证) 第三条.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum import numdb
from stdnum.cn import ric, uscc

from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.parties.models import IdentityKind

USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
CITIZEN = re.compile(r"[1-9][0-9]{16}[0-9X]")
FOREIGN_2023 = re.compile(r"9[0-9]{16}[0-9X]")
FOREIGN_2004 = re.compile(r"[A-Z]{3}[0-9]{12}")
PASSPORT = re.compile(r"[A-Z0-9]{5,17}")
HKM_TRAVEL = re.compile(r"[HM][0-9]{8}([0-9]{2})?")
TAIWAN_TRAVEL = re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
REGION = re.compile(r"[0-9]{6}")

RESIDENT_PREFIXES = ("810000", "820000", "830000")
"""Address codes reserved for residents of Hong Kong, Macau and Taiwan (港澳台居民居住证)."""

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SEPARATORS = re.compile(r"[\s\-‐‑–—－_.·]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """A number in the form to keep, and in Chinese what looks odd about it (nothing, mostly)."""

    value: str
    warnings: tuple[str, ...] = ()


class InvalidIdentifier(Invalid):
    code = "identifier.invalid"


def compact(number: str) -> str:
    """Return `number` in upper case and without spaces or hyphens."""
    return SEPARATORS.sub("", number).upper()


def check_uscc(number: str) -> Checked:
    """Check a 统一社会信用代码: its own check character and that of the 组织机构代码 inside it.

    raises   InvalidIdentifier
    source   GB 32100-2015 4.2–4.3; GB 11714-1997 (characters 9–17)
    """
    value = compact(number)
    if len(value) != 18:
        raise InvalidIdentifier(_("统一社会信用代码应为 18 位，现为 {count} 位。", count=len(value)))
    if strange := sorted(set(value) & set("IOSVZ")):
        raise InvalidIdentifier(_(
            "统一社会信用代码不使用字母 I、O、S、V、Z，现含 {letters}，请核对是否为 1、0、5、2 之误。",
            letters="、".join(strange),
        ))
    if not USCC.fullmatch(value):
        raise InvalidIdentifier(_("统一社会信用代码应为数字和大写字母，第 3 至 8 位为行政区划代码。"))
    if value[16] != organisation_check(value[8:16]):
        raise InvalidIdentifier(_("统一社会信用代码中的组织机构代码校验不符，请对照营业执照核对。"))
    if value[17] != uscc.calc_check_digit(value[:17]):
        raise InvalidIdentifier(_("统一社会信用代码末位校验码不符，请对照营业执照核对。"))
    return Checked(value)


def organisation_check(body: str) -> str:
    """Return the check character of the eight characters of a 组织机构代码 (GB 11714-1997)."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def check_identity(kind: IdentityKind, number: str) -> Checked:
    """Check the number of an identity document of the given kind. Raises InvalidIdentifier."""
    return CHECKS[kind](compact(number))


def check_citizen(value: str) -> Checked:
    """Check a 公民身份号码. The address code may be one long abolished: that is a warning at most.

    raises   InvalidIdentifier
    source   GB 11643-1999
    """
    if len(value) == 15 and value.isdecimal():
        raise InvalidIdentifier(_("15 位身份证号码已停止使用，请填写 18 位号码。"))
    if len(value) != 18:
        raise InvalidIdentifier(_("居民身份证号码应为 18 位，现为 {count} 位。", count=len(value)))
    if value.startswith(RESIDENT_PREFIXES):
        raise InvalidIdentifier(_("以 81、82、83 开头的是港澳台居民居住证，证件类型请选“港澳台居民居住证”。"))
    if FOREIGN_2023.fullmatch(value):
        raise InvalidIdentifier(_("以 9 开头的是外国人永久居留身份证，证件类型请选“外国人永久居留身份证”。"))
    if not CITIZEN.fullmatch(value):
        raise InvalidIdentifier(_("居民身份证号码应为 17 位数字加 1 位数字或 X。"))
    _check_birth(value)
    _check_last(value)
    return Checked(value, () if region_known(value[:6]) else (_("身份证号码前 6 位不在行政区划代码表中。"),))


def check_residence_permit(value: str) -> Checked:
    """Check a 港澳台居民居住证, whose number python-stdnum refuses. Raises InvalidIdentifier."""
    if not CITIZEN.fullmatch(value) or not value.startswith(RESIDENT_PREFIXES):
        raise InvalidIdentifier(_("港澳台居民居住证号码应为 18 位，以 810000、820000 或 830000 开头。"))
    _check_birth(value)
    _check_last(value)
    return Checked(value)


def check_foreign_permanent(value: str) -> Checked:
    """Check a 外国人永久居留身份证: 18 characters from 9 on (since 2023-12), or 3 letters and 12 digits.

    raises   InvalidIdentifier
    source   GA 2102-2023; the check digit of the old form is not public and not checked
    """
    if FOREIGN_2004.fullmatch(value):
        _check_day(f"20{value[7:13]}", f"19{value[7:13]}")
        return Checked(value)
    if not FOREIGN_2023.fullmatch(value):
        raise InvalidIdentifier(_("外国人永久居留身份证号码应为 9 开头的 18 位，旧版为 3 位字母加 12 位数字。"))
    _check_birth(value)
    _check_last(value)
    return Checked(value)


def check_passport(value: str) -> Checked:
    if not PASSPORT.fullmatch(value) or not any(sign.isdecimal() for sign in value):
        raise InvalidIdentifier(_("护照号码应为 5 至 17 位字母和数字。"))
    return Checked(value)


def check_hkm_travel(value: str) -> Checked:
    if not HKM_TRAVEL.fullmatch(value):
        raise InvalidIdentifier(_("港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字。"))
    return Checked(value)


def check_taiwan_travel(value: str) -> Checked:
    if not TAIWAN_TRAVEL.fullmatch(value):
        raise InvalidIdentifier(_("台湾居民来往大陆通行证号码应为 8 位数字（旧版 10 位数字加字母）。"))
    return Checked(value)


CHECKS: dict[IdentityKind, Callable[[str], Checked]] = {
    IdentityKind.CITIZEN: check_citizen,
    IdentityKind.RESIDENCE_PERMIT: check_residence_permit,
    IdentityKind.PASSPORT: check_passport,
    IdentityKind.FOREIGN_PERMANENT: check_foreign_permanent,
    IdentityKind.HKM_TRAVEL: check_hkm_travel,
    IdentityKind.TAIWAN_TRAVEL: check_taiwan_travel,
}


def _check_birth(value: str) -> None:
    """Raise unless characters 7–14 are a day that existed."""
    if value[6:8] not in ("18", "19", "20"):
        raise InvalidIdentifier(_("证件号码第 7 至 10 位应为出生年份，以 18、19 或 20 开头。"))
    _check_day(value[6:14])


def _check_day(*readings: str) -> None:
    """Raise unless one of the readings (YYYYMMDD) is a day of the calendar."""
    for reading in readings:
        try:
            date(int(reading[:4]), int(reading[4:6]), int(reading[6:]))
        except ValueError:
            continue
        return
    raise InvalidIdentifier(_("证件号码中的出生日期不存在，请对照证件核对。"))


def _check_last(value: str) -> None:
    """Raise unless the last character is right (ISO 7064 MOD 11-2)."""
    if value[17] != ric.calc_check_digit(value):
        raise InvalidIdentifier(_("证件号码末位校验码不符，请对照证件核对。"))


def check_mobile(number: str) -> Checked:
    """Check a mobile phone number of mainland China; a leading +86 is dropped. Raises InvalidIdentifier."""
    value = compact(number).removeprefix("+")
    value = value.removeprefix("86") if len(value) == 13 else value
    if not MOBILE.fullmatch(value):
        raise InvalidIdentifier(_("手机号应为 11 位数字，以 13 至 19 开头。"))
    return Checked(value)


def check_region(number: str) -> Checked:
    """Check a GB/T 2260 code: six digits or InvalidIdentifier; one the table lacks is kept with a warning."""
    value = compact(number)
    if not REGION.fullmatch(value):
        raise InvalidIdentifier(_("行政区划代码应为 6 位数字，如 370102。"), field="region")
    if region_known(value):
        return Checked(value)
    return Checked(value, (_("行政区划代码 {code} 不在代码表中，请核对。", code=value),))


@lru_cache(4096)
def region_known(code: str) -> bool:
    """Whether the table of GB/T 2260 (abolished codes included) holds this code."""
    return any("county" in facts for _digits, facts in numdb.get("cn/loc").info(code))


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a certificate's number usually looks. A number that looks otherwise is kept with a warning."""

    form: re.Pattern[str]
    usual: str


PATTERNS: dict[str, Pattern] = {
    "project": Pattern(re.compile(r"[0-9]{16}"), "16 位：6 位行政区划、6 位日期、2 位类别、2 位流水"),
    "permit": Pattern(
        re.compile(r"[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{4}"),
        "18 位：6 位行政区划、8 位日期、2 位序号、2 位专业代码",
    ),
    "constructor": Pattern(
        re.compile(r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新军][12][0-9]{2}([0-9]{9}|[0-9]{13})"),
        "省份简称加 12 位或 16 位数字",
    ),
    "supervisor": Pattern(re.compile(r"[0-9]{8}"), "8 位数字"),
    "architect": Pattern(re.compile(r"[A-Z0-9-]{6,20}"), "6 至 20 位字母、数字和连字符"),
    "structural": Pattern(
        re.compile(r"([0-9]{7}-)?S[0-9]{3,10}|[A-Z0-9-]{6,20}"), "S 加数字，或 6 至 20 位字母和数字"
    ),
    "geotechnical": Pattern(
        re.compile(r"([0-9]{7}-)?AY[0-9]{3,10}|[A-Z0-9-]{6,20}"), "AY 加数字，或 6 至 20 位字母和数字"
    ),
    "firm-qualification": Pattern(re.compile(r"[ABDE][1-3][0-9]{8}"), "字母 A、B、D、E 加 9 位数字"),
}
"""By what the number is of. Keys beside `project`, `permit` and `firm-qualification` are professions."""

PROFESSIONS: tuple[tuple[str, str], ...] = (
    ("建造师", "constructor"), ("监理工程师", "supervisor"), ("建筑师", "architect"),
    ("结构工程师", "structural"), ("岩土", "geotechnical"),
)
"""What a 注册执业资格 is called, and whose pattern its number follows."""


def check_pattern(kind: str, number: str) -> Checked:
    """Return the number in upper case, with a warning when it does not look as numbers of `kind` do."""
    value = number.strip().upper()
    pattern = PATTERNS[kind]
    if pattern.form.fullmatch(value):
        return Checked(value)
    odd = _("“{number}”与通常的格式不同（{usual}），请核对。", number=value, usual=_(pattern.usual))
    return Checked(value, (odd,))


def check_registration(profession: str, number: str) -> Checked:
    """Check a 注册执业证号 against the pattern of its profession; unknown professions pass as they are."""
    for name, kind in PROFESSIONS:
        if name in profession:
            return check_pattern(kind, number)
    return Checked(number.strip().upper())


def mask_identity(number: str) -> str:
    """Return the number as lists may show it: first and last character, `1****************X`."""
    if len(number) < 5:
        return "*" * len(number)
    return number[0] + "*" * (len(number) - 2) + number[-1]


def mask_phone(number: str) -> str:
    """Return the phone number as lists may show it: `138****5678`."""
    if len(number) < 11:
        return "*" * max(len(number) - 2, 0) + number[-2:] if len(number) > 4 else "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]

"""What a supplier's own code on a delivery note says: any text, read as far as it can be understood. Pure.

There is no standard for such codes: some hold JSON, some lines of 键：值, some an address with parameters, some only the
heat number. What is not understood is given back as it stands, never dropped.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, unquote, urlsplit

from registry.kernel.codes import is_code, normalised
from registry.kernel.errors import Invalid
from registry.parties.identifiers import check_uscc

LONGEST = 4000    # characters; a QR code holds at most 4,296
OWN = re.compile(r"/M/([0-9A-Za-z]{24})\b", re.IGNORECASE)
PIECES = re.compile(r"[\n;；|]+")
PAIR = re.compile(r"\s*([^=:：＝]{1,30}?)\s*[=:：＝]\s*(.+)", re.DOTALL)
USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./#-]{2,39}")    # a code that is nothing but 炉批号
AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(t|吨|m3|m³|立方米|方|m2|m²|平方米|块|根|个|张|卷|套|樘|台|片)?", re.IGNORECASE)
NAMES = {
    "number": "炉批号 炉号 批号 批次 批次号 生产批号 出厂编号 产品编号 炉批号/出厂编号 heatno heatnumber heat"
              " batchno batchnumber batch lotno lotnumber lot serialno serialnumber sn",
    "product": "产品名称 产品 品名 名称 材料名称 物资名称 货物名称 productname product name material",
    "grade": "规格型号 规格 型号 牌号 强度等级 等级 牌号规格 grade spec specification model type",
    "quantity": "数量 进场数量 发货数量 净重 重量 吨位 方量 quantity qty weight netweight amount",
    "producer_uscc": "统一社会信用代码 信用代码 社会信用代码 生产单位统一社会信用代码 生产单位信用代码"
                     " 生产企业统一社会信用代码 uscc creditcode produceruscc producercreditcode",
    "supplier_uscc": "供应单位统一社会信用代码 供应单位信用代码 供应商统一社会信用代码 供应商信用代码"
                     " supplieruscc suppliercreditcode",
    "producer_name": "生产单位 生产厂家 生产企业 生产厂 厂家 制造商 厂名 producer manufacturer maker",
    "supplier_name": "供应单位 供应商 供货单位 供货商 supplier vendor",
    "certificate_number": "合格证编号 合格证号 质量证明书编号 质量证明书号 质保书编号 质保书号 证书编号"
                          " certificateno certificatenumber certificate certno cert mtcno",
    "producer_licence": "生产许可证编号 生产许可证 许可证编号 许可证号 备案编号 licence license licenceno licenseno",
    "green_label": "绿色建材标识编号 绿色建材评价标识编号 绿色建材编号 greenlabel",
}
FIELDS = {word: field for field, words in NAMES.items() for word in words.split()}
"""What suppliers call a field of the form, in lower case and without blanks."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a code said.

    fields      field of the arrival form → value, as typed would be
    unknown     what stands in the code besides, piece by piece
    own_code    the code of a label of ours, when it was one
    """

    text: str
    fields: dict[str, str]
    unknown: tuple[str, ...] = ()
    own_code: str = ""


def recognise(scanned: str) -> Recognised:
    """Read what was scanned. Never raises: what cannot be read is `unknown`."""
    text = scanned.replace("\r\n", "\n").strip()[:LONGEST]
    own = OWN.search(text)
    bare = normalised(text)
    if own or is_code(bare):
        return Recognised(text, {}, own_code=normalised(own[1]) if own else bare)
    fields: dict[str, str] = {}
    unknown = []
    for name, value in pieces(text):
        field = FIELDS.get(plain(name), "")
        kept = worth(field, value)
        if field and kept and fields.get(field, kept) == kept:
            fields[field] = kept
        elif field == "grade" and kept:
            fields["grade"] = f"{fields['grade']} {kept}"      # 牌号 and 规格 stand in one box of ours
        else:
            unknown.append(f"{name}：{value}" if name else value)
    if not fields and len(unknown) == 1 and NUMBER.fullmatch(unknown[0]):
        return Recognised(text, {"number": unknown[0].upper()})
    firm_in(unknown, fields)
    return Recognised(text, fields, tuple(one for one in unknown if one.strip()))


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of everything in a text, ("", text) for what has no name."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        held = None
    if isinstance(held, dict | list):
        yield from leaves(held)
        return
    parts = urlsplit(text) if re.match(r"https?://\S+$", text, re.IGNORECASE) else None
    if parts is not None:
        given = parse_qsl(parts.query, keep_blank_values=False) + parse_qsl(parts.fragment.partition("?")[2])
        yield from given
        if not given:
            yield "", unquote(text)
        return
    for piece in PIECES.split(text):
        pair = PAIR.fullmatch(piece)
        if pair:
            yield pair[1], pair[2].strip()
        elif piece.strip():
            yield "", piece.strip()


def leaves(held: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the plain values of JSON with the names that stand right before them."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield from leaves(value, str(key))
    elif isinstance(held, list):
        for value in held:
            yield from leaves(value, name)
    elif held is not None and not isinstance(held, bool):
        yield name, str(held)


def plain(name: str) -> str:
    return re.sub(r"[\s_\-.]", "", unicodedata.normalize("NFKC", name)).lower()


def worth(field: str, value: str) -> str:
    """Return a value as its box takes it, "" for one that cannot be right there."""
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    if field.endswith("_uscc"):
        return code_of(text)
    if field == "quantity":
        return amount_of(text)
    return text if field != "number" else text.upper()


def code_of(text: str) -> str:
    try:
        return check_uscc(text).value
    except Invalid:
        return ""


def amount_of(text: str) -> str:
    """Return a quantity without its unit; "" for one in a unit materials are not counted in, such as kg."""
    found = AMOUNT.fullmatch(text.replace(",", ""))
    try:
        return f"{Decimal(found[1]).normalize():f}" if found and Decimal(found[1]) > 0 else ""
    except InvalidOperation:
        return ""


def firm_in(unknown: list[str], fields: dict[str, str]) -> None:
    """Take the one 统一社会信用代码 that stands somewhere in the rest for the producer's, when none was named."""
    if "producer_uscc" in fields:
        return
    for place, text in enumerate(unknown):
        found = [code for code in USCC.findall(text.upper()) if code_of(code)]
        if found:
            fields["producer_uscc"] = found[0]
            if text.upper() == found[0]:
                del unknown[place]
            return

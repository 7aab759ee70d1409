"""Entering organisations and people: each once, however often and from however many sides at once.

Asks no authority: the actions that call this have asked, for a firm, for a person or for a whole roster.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from registry.kernel.errors import Conflict
from registry.kernel.search import bigrams
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger.actions import Entry, append_many
from registry.parties.identifiers import (
    check_identity,
    check_mobile,
    check_region,
    check_uscc,
    mask_identity,
    mask_phone,
)
from registry.parties.models import IdentityKind, Organisation, OrganisationStatus, Person
from registry.parties.rules import Difference

Row = TypeVar("Row", Organisation, Person)

IDENTITY_COLUMN = "person/identity"
IdentityKey = tuple[IdentityKind, bytes]
"""Kind and blind index: what finds a person again."""


class PartyDiffers(Conflict):
    code = "party.differs"


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """An organisation as its licence says. `region` "" takes the one inside the 统一社会信用代码."""

    uscc: str
    name: str
    legal_representative: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as the identity document says. `phone` "" leaves a known phone as it is."""

    name: str
    identity_kind: IdentityKind
    identity: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class QualificationFacts:
    kind: str
    number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Entered(Generic[Row]):
    """Rows in the order of the facts, and how many of them are new."""

    rows: list[Row]
    new: int


def identity_place(person_id: UUID) -> str:
    return f"person/identity/{person_id}"


def phone_place(person_id: UUID) -> str:
    return f"person/phone/{person_id}"


def enter_organisations(uow: UnitOfWork, facts: Sequence[OrganisationFacts]) -> Entered[Organisation]:
    """Find each organisation by its code, or enter it.

    Raises InvalidIdentifier; PartyDiffers when one is registered with other facts (see `differences`).
    """
    tidy = [tidied(one) for one in facts]
    wanted = {one.uscc: one for one in tidy}
    known = organisations_by_code(uow, wanted)
    new = inserted(uow, Organisation, ["uscc"], [
        new_organisation(uow, one) for code, one in sorted(wanted.items()) if code not in known
    ])
    append_many(uow, "organisation.registered", [Entry(one) for one in new])
    known |= {one.uscc: one for one in new}
    known |= organisations_by_code(uow, wanted.keys() - known.keys())  # somebody else was quicker
    for one in tidy:
        refuse_differences(known[one.uscc], one)
    return Entered([known[one.uscc] for one in tidy], len(new))


def tidied(facts: OrganisationFacts) -> OrganisationFacts:
    """Return the facts in the form to keep. Raises InvalidIdentifier."""
    code = check_uscc(facts.uscc).value
    return OrganisationFacts(
        code, " ".join(facts.name.split()), " ".join(facts.legal_representative.split()),
        check_region(facts.region).value if facts.region else code[2:8],
    )


def organisations_by_code(uow: UnitOfWork, codes: Iterable[str]) -> dict[str, Organisation]:
    found = uow.session.scalars(select(Organisation).where(Organisation.uscc.in_(sorted(codes))))
    return {one.uscc: one for one in found}


def new_organisation(uow: UnitOfWork, facts: OrganisationFacts) -> dict[str, Any]:
    return {
        "id": uow.new_id(), "uscc": facts.uscc, "name": facts.name, "region": facts.region, "version": 1,
        "legal_representative": facts.legal_representative, "status": OrganisationStatus.EXISTING,
        "grams": bigrams(f"{facts.name} {facts.uscc}"), "created_at": uow.at,
    }


def inserted(uow: UnitOfWork, kind: type[Row], unique: list[str], rows: list[dict[str, Any]]) -> list[Row]:
    """Insert the rows that nobody has inserted meanwhile, and return those. Sorted rows cannot deadlock."""
    if not rows:
        return []
    statement = insert(kind).on_conflict_do_nothing(index_elements=unique).returning(kind)
    return list(uow.session.scalars(statement, rows))


def differences(registered: Organisation, given: OrganisationFacts) -> list[Difference]:
    """Return what is registered otherwise than `given` says. The region is not compared."""
    pairs = (
        (_("单位名称"), registered.name, given.name),
        (_("法定代表人"), registered.legal_representative, given.legal_representative),
    )
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def refuse_differences(registered: Organisation, given: OrganisationFacts) -> None:
    differing = differences(registered, given)
    if differing:
        raise PartyDiffers(
            _("统一社会信用代码 {code} 已登记，但{what}。", code=registered.uscc, what="；".join(
                _("{field}为“{registered}”，而不是“{given}”", **asdict(one)) for one in differing
            )),
            remedy=_("请核对；确已变更的，请先在单位页面办理变更。"),
        )


def enter_people(uow: UnitOfWork, facts: Sequence[PersonFacts]) -> Entered[Person]:
    """Find each person by kind and number of the identity document, or enter them.

    Raises InvalidIdentifier; PartyDiffers when the number is registered under another name.
    """
    tidy = [tidied_person(one) for one in facts]
    keys = [(one.identity_kind, uow.tools.vault.index(IDENTITY_COLUMN, one.identity)) for one in tidy]
    wanted = dict(zip(keys, tidy, strict=True))
    known = people_by_key(uow, wanted)
    rows = [new_person(uow, one, key[1]) for key, one in sorted(wanted.items()) if key not in known]
    new = {key_of(one): one for one in inserted(uow, Person, ["identity_kind", "identity_index"], rows)}
    append_many(uow, "person.registered", [
        Entry(one, personal=personal(wanted[key])) for key, one in new.items()
    ])
    known |= new
    known |= people_by_key(uow, wanted.keys() - known.keys())  # somebody else was quicker
    for key, one in zip(keys, tidy, strict=True):
        refuse_other_name(known[key], one)
    learn_phones(uow, [(known[key], one.phone) for key, one in wanted.items() if key not in new])
    return Entered([known[key] for key in keys], len(new))


def enter_person(uow: UnitOfWork, facts: PersonFacts) -> Person:
    return enter_people(uow, [facts]).rows[0]


def tidied_person(facts: PersonFacts) -> PersonFacts:
    """Return the facts in the form to keep. Raises InvalidIdentifier."""
    number = check_identity(facts.identity_kind, facts.identity).value
    phone = check_mobile(facts.phone).value if facts.phone else ""
    return PersonFacts(" ".join(facts.name.split()), facts.identity_kind, number, phone)


def key_of(person: Person) -> IdentityKey:
    return person.identity_kind, person.identity_index


def people_by_key(uow: UnitOfWork, keys: Iterable[IdentityKey]) -> dict[IdentityKey, Person]:
    found = uow.session.scalars(
        select(Person).where(tuple_(Person.identity_kind, Person.identity_index).in_(sorted(keys)))
    )
    return {key_of(one): one for one in found}


def new_person(uow: UnitOfWork, facts: PersonFacts, index: bytes) -> dict[str, Any]:
    key, vault = uow.new_id(), uow.tools.vault
    return {
        "id": key, "name": facts.name, "created_at": uow.at, "version": 1,
        "identity_kind": facts.identity_kind, "identity_index": index,
        "identity_sealed": vault.seal(facts.identity, identity_place(key)),
        "identity_mask": mask_identity(facts.identity),
        "phone_sealed": vault.seal(facts.phone, phone_place(key)) if facts.phone else None,
        "phone_mask": mask_phone(facts.phone) if facts.phone else "",
    }


def personal(facts: PersonFacts) -> dict[str, str]:
    """What the ledger commits to without telling it."""
    return {"identity": facts.identity} | ({"phone": facts.phone} if facts.phone else {})


def refuse_other_name(registered: Person, given: PersonFacts) -> None:
    if registered.name != given.name:
        raise PartyDiffers(
            _("证件号码 {mask} 已登记在“{registered}”名下，而不是“{given}”。", mask=registered.identity_mask,
              registered=registered.name[0] + "*" * (len(registered.name) - 1), given=given.name),
            remedy=_("请核对姓名和证件号码。"),
        )


def learn_phones(uow: UnitOfWork, people: Iterable[tuple[Person, str]]) -> None:
    """Keep the phones of people whose phone was not known. A known one is changed by its own act alone."""
    learnt = [(person, phone) for person, phone in people if phone and person.phone_sealed is None]
    for person, phone in learnt:
        seal_phone(uow, person, phone)
    append_many(uow, "person.phone-changed", [
        Entry(person, personal={"phone": phone}) for person, phone in learnt
    ])


def seal_phone(uow: UnitOfWork, person: Person, phone: str) -> None:
    person.phone_sealed = uow.tools.vault.seal(phone, phone_place(person.id))
    person.phone_mask = mask_phone(phone)

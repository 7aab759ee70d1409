"""Organisations and people for tests, made by lawful acts. Numbers have right check digits and no owner."""

from itertools import count

from stdnum.cn import uscc as usccs

from registry.kernel.actor import SYSTEM
from registry.kernel.uow import Units
from registry.parties.actions import register_organisation, register_person
from registry.parties.entering import OrganisationFacts, PersonFacts
from registry.parties.identifiers import organisation_check
from registry.parties.models import IdentityKind, Organisation, Person

IDENTITY = "11010519491231002X"
PHONE = "13812345678"
numbers = count(1)


def code(number: int = 0, region: str = "370102") -> str:
    """Return a right 统一社会信用代码, a new one each time without `number`."""
    body = f"{number or next(numbers):08d}"
    head = f"91{region}{body}{organisation_check(body)}"
    return head + str(usccs.calc_check_digit(head))


def organisation(
    units: Units, name: str = "济南样板建设有限公司", region: str = "370102", representative: str = "周法人"
) -> Organisation:
    with units.writing(SYSTEM) as uow:
        facts = OrganisationFacts(code(region=region), name, representative, region)
        return register_organisation(uow, facts)


def person(units: Units, name: str = "李建国", identity: str = IDENTITY, phone: str = "") -> Person:
    with units.writing(SYSTEM) as uow:
        return register_person(uow, PersonFacts(name, IdentityKind.CITIZEN, identity, phone))

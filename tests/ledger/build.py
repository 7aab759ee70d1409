"""Records for events to be about."""

import itertools
import uuid
from collections.abc import Iterator
from decimal import Decimal

from registry.kernel.uow import UnitOfWork
from registry.parties.models import IdentityKind, Organisation, Person
from registry.projects.models import Project

_numbers: Iterator[int] = itertools.count(1)


def an_organisation(uow: UnitOfWork, name: str = "第三建筑公司") -> Organisation:
    firm = Organisation(
        id=uuid.uuid4(), uscc=f"91370100{next(_numbers):09}X", name=name, legal_representative="赵一",
        region="370100", created_at=uow.at,
    )
    uow.session.add(firm)
    return firm


def a_person(uow: UnitOfWork, number: str = "11010519491231002X") -> Person:
    person_id = uuid.uuid4()
    person = Person(
        id=person_id, name="李建国", identity_kind=IdentityKind.CITIZEN,
        identity_sealed=uow.tools.vault.seal(number, f"person/identity/{person_id}"),
        identity_index=uuid.uuid4().bytes, identity_mask=f"{number[0]}****************{number[-1]}",
        created_at=uow.at,
    )
    uow.session.add(person)
    return person


def a_project(uow: UnitOfWork, area: Decimal) -> Project:
    project = Project(
        id=uuid.uuid4(), number=f"GC{next(_numbers)}", name="海棠苑", address="海城路1号", region="370100",
        category="房屋建筑工程", area=area, created_at=uow.at,
    )
    uow.session.add(project)
    return project

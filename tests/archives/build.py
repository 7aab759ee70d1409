"""Lawful states of the archive."""

import io
from datetime import date
from types import SimpleNamespace

from sqlalchemy import select

from registry.archives.completeness import completeness
from registry.archives.examining import examine_files
from registry.archives.filing import FileFacts, Offered, hand_in
from registry.archives.stating import state_absence
from registry.kernel.actor import SYSTEM
from registry.projects.actions import accept_unit
from registry.projects.models import UnitProject
from tests.documents import samples
from tests.plaques.build import accepted

DAY = date(2026, 2, 1)


def sent(data=None, name="C5-01 隐蔽工程验收记录 2026-02-01.pdf", mimetype="application/pdf"):
    """A file as it comes with a form."""
    return SimpleNamespace(stream=io.BytesIO(data if data is not None else samples.pdf()), filename=name, mimetype=mimetype)


def facts(code="C5-01", title="隐蔽工程验收记录", dated_on=DAY, **rest):
    return FileFacts(code, title, "", dated_on, **rest)


def offered(file=None, **said):
    return Offered(file or sent(), facts(**said))


def filed(site, *many, actor=None):
    with site.units.writing(actor or site.filer) as uow:
        return hand_in(uow, site.project, many or [offered()])


def completed(site, clock):
    """Every unit project has passed its acceptance, today."""
    accepted(site, clock)
    with site.units.reading(site.officer) as uow:
        open_ones = uow.session.scalars(select(UnitProject.id).where(
            UnitProject.project_id == site.project, UnitProject.accepted_on.is_(None))).all()
    for unit in open_ones:
        with site.units.writing(site.officer) as uow:
            accept_unit(uow, unit, uow.today)
    return site


def examined(site, files):
    with site.units.writing(SYSTEM) as uow:
        examine_files(uow, [str(file.id) for file in files])


def excused(site):
    """The owner says of every document still missing that there is none."""
    with site.units.reading(site.filer) as uow:
        missing = [line.document.code for line in completeness(uow, site.project).missing]
    for code in missing:
        with site.units.writing(site.filer) as uow:
            state_absence(uow, site.project, code, "本工程不涉及")

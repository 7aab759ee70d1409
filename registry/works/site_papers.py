"""施工现场质量管理检查记录 as printed: plain values in the order of the form. Source: GB 50300-2013 附录A 表A."""

from collections.abc import Collection, Iterable, Sequence

from registry.kernel.uow import UnitOfWork
from registry.projects.models import Participation, Term
from registry.projects.offices import in_office
from registry.standards.site_management import SiteItem
from registry.works.models import SiteCheck

LEADERS = ("owner-leader", "design-leader", "chief-supervisor", "project-manager", "epc-manager", "site/technical-leader")


def site_check_facts(uow: UnitOfWork, check: SiteCheck, items: Sequence[SiteItem]) -> dict[str, object]:
    """What stands on the form but for the conclusion; firms and leaders as they are on the day it was filled in.

    Needs the project with its participations, and `participation`.
    """
    project, labels = check.project, {item.key: item.label for item in items}
    held = in_office(uow.session, project.id, LEADERS, check.filled_on)
    here = [
        one for one in project.participations
        if one.since <= check.filled_on and (one.until is None or one.until >= check.filled_on)
    ]
    technical = (term for term in held if term.participation_id == check.participation_id)
    return {
        "number": f"{project.number}-{check.filled_on:%Y%m%d}", "project": project.name,
        "started_on": project.started_on or "", "permit": project.permit_number,
        "owner": firms(here, "owner"), "owner_leader": named(held, "owner-leader"),
        "design": firms(here, "design"), "design_leader": named(held, "design-leader"),
        "supervision": firms(here, "supervision"), "chief": named(held, "chief-supervisor"),
        "contractor": check.participation.organisation_name, "leader": check.filler_name,
        "technical": named(technical, "site/technical-leader"),
        "items": [
            {"label": labels.get(answer["key"], answer["key"]), "said": answer["said"], "files": len(answer["files"])}
            for answer in check.answers
        ],
        "self_check": check.self_check, "filled_on": check.filled_on,
    }


def firms(here: Collection[Participation], role: str) -> str:
    return "、".join(dict.fromkeys(one.organisation_name for one in here if one.role == role))


def named(held: Iterable[Term], post: str) -> str:
    return "、".join(dict.fromkeys(term.person_name for term in held if term.post == post))

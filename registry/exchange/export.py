"""A project of the registry as the rows of a roster. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.exchange.consistency import Catalogue
from registry.exchange.planning import PROJECT_COLUMNS, UNIT_COLUMNS
from registry.exchange.sheets import IDENTITY_NAMES, LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.projects.models import Participation, Project, Term, UnitProject


def tables_of(project: Project, catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the four sheets, by the names of sheets and columns.

    project   with units, participations (organisation, units, terms with their people) loaded
    returns   every term there ever was but the corrected ones; identity numbers and phones masked
    """
    roles = {role.key: role.label for role in catalogue.roles}
    posts = {post.key: post.label for post in catalogue.posts}
    order = {role: place for place, role in enumerate(roles)}
    stays = sorted(project.participations, key=lambda stay: (order.get(stay.role, len(order)), stay.since))
    return {
        PROJECTS: [_project(project)],
        UNITS: [_unit(project, unit) for unit in project.units],
        PARTICIPATIONS: [_stay(project, stay, roles) for stay in stays],
        LEADERS: [
            _term(project, stay, term, roles, posts)
            for stay in stays for term in stay.terms if term.corrected_by_id is None
        ],
    }


def _project(project: Project) -> dict[str, Any]:
    columns = {column: getattr(project, name) for name, column in PROJECT_COLUMNS.items()}
    return {"项目编号": project.number} | columns


def _unit(project: Project, unit: UnitProject) -> dict[str, Any]:
    columns = {column: getattr(unit, name) for name, column in UNIT_COLUMNS.items()}
    return {"项目编号": project.number, "单位工程编号": unit.number} | columns


def _stay(project: Project, stay: Participation, roles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "项目编号": project.number, "责任主体": roles.get(stay.role, stay.role),
        "单位名称": stay.organisation_name,
        "统一社会信用代码": stay.organisation.uscc, "法定代表人": stay.legal_representative,
        "资质证书编号": stay.licence_number, "承担范围": "、".join(stay.unit_numbers),
        "进场日期": stay.since, "退场日期": stay.until,
    }


def _term(
    project: Project, stay: Participation, term: Term, roles: Mapping[str, str], posts: Mapping[str, str]
) -> dict[str, Any]:
    person = term.person
    return {
        "项目编号": project.number, "统一社会信用代码": stay.organisation.uscc,
        "责任主体": roles.get(stay.role, stay.role), "职务": posts.get(term.post, term.post),
        "姓名": term.person_name, "证件类型": IDENTITY_NAMES[person.identity_kind][0],
        "证件号码": person.identity_mask, "注册执业资格": term.qualification_kind,
        "注册执业证号": term.qualification_number, "手机号": person.phone_mask,
        "任职日期": term.since, "离任日期": term.until,
    }

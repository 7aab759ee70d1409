"""The pages of organisations."""

import pytest
from flask import Flask

from registry.kernel.actor import NOBODY, Role
from registry.kernel.uow import Units
from registry.parties.models import Organisation, OrganisationStatus
from tests.accounts import build as accounts
from tests.accounts.build import Someone
from tests.accounts.visiting import Browser, application, signed_in
from tests.parties import build


@pytest.fixture
def app(units: Units) -> Flask:
    return application(units)


@pytest.fixture
def officer(units: Units, app: Flask) -> Browser:
    accounts.officer(units)
    return signed_in(app, units, "officer")


def again(units: Units, firm: Organisation) -> Organisation:
    with units.reading(NOBODY) as uow:
        return uow.get(Organisation, firm.id)


def test_firms_are_listed_and_found(units: Units, officer: Browser) -> None:
    build.organisation(units, "济南老城建设公司")
    build.organisation(units, "山东新城建设集团")

    assert "济南老城建设公司" in officer.get("/organisations").text
    found = officer.get("/organisations?q=新城").text
    assert "山东新城建设集团" in found
    assert "济南老城建设公司" not in found
    assert "没有找到单位" in officer.get("/organisations?q=无此单位").text


def test_a_firm_is_registered_on_the_page(officer: Browser) -> None:
    code = build.code()
    fields = {"uscc": code.lower(), "name": "济南老城建设公司", "legal_representative": "周法人"}

    wrong = officer.post("/organisations/new", fields | {"uscc": code[:-1]})
    assert wrong.status_code == 422
    assert "应为 18 位" in wrong.text
    shown = officer.get(officer.post("/organisations/new", fields).location).text
    assert code in shown
    assert "存续" in shown


def test_a_merger_is_entered_and_the_successor_shown(units: Units, officer: Browser) -> None:
    firm, heir = build.organisation(units, "济南老城建设公司"), build.organisation(units, "山东新城建设集团")
    page = f"/organisations/{firm.id}/status"
    fields = {"status": "merged", "since": "2026年3月1日", "reason": "公告", "version": str(firm.version)}

    missing = officer.post(page, fields)
    assert missing.status_code == 422
    assert "承继单位" in missing.text
    assert officer.post(page, fields | {"successor_uscc": heir.uscc}).location == f"/organisations/{firm.id}"
    shown = officer.get(f"/organisations/{firm.id}").text
    assert "山东新城建设集团" in shown
    assert "不影响相关人员的质量终身责任" in shown
    assert again(units, firm).status is OrganisationStatus.MERGED


def test_name_and_legal_representative_change_each_by_its_own_page(units: Units, officer: Browser) -> None:
    firm = build.organisation(units)
    for page, version in (("name", firm.version), ("legal-representative", firm.version + 1)):
        path = f"/organisations/{firm.id}/{page}"
        assert officer.post(path, {"name": f"新的{page}", "version": str(version)}).status_code == 303
        assert officer.post(path, {"name": "又一个", "version": "x"}).status_code == 409

    changed = again(units, firm)
    assert (changed.name, changed.legal_representative) == ("新的name", "新的legal-representative")


@pytest.mark.parametrize("page", ["name", "legal-representative", "status"])
def test_a_firm_is_edited_by_its_own_filer_and_no_other(units: Units, app: Flask, page: str) -> None:
    own, other = build.organisation(units), build.organisation(units)
    accounts.account(units, Someone("filer", roles=frozenset({Role.FIRM_FILER}), organisation=own.id))
    filer = signed_in(app, units, "filer")

    assert filer.get(f"/organisations/{own.id}/{page}").status_code == 200
    assert filer.get(f"/organisations/{other.id}/{page}").status_code in {403, 404}
    assert filer.get(f"/organisations/{other.id}").status_code == 200


@pytest.mark.parametrize("page", ["", "/new"])
def test_a_stranger_is_sent_to_sign_in(app: Flask, page: str) -> None:
    assert Browser(app).get(f"/organisations{page}").location.startswith("/sign-in?next=")


@pytest.mark.parametrize("role", [Role.FIRM_FILER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_the_page_to_register_a_firm_opens_for_those_who_register_firms(units: Units, app: Flask, role: Role) -> None:
    firm = build.organisation(units) if role is Role.FIRM_FILER else None
    somebody = accounts.Someone("somebody", "某人", frozenset({role}), "370000" if role is Role.AUDITOR else "",
                                organisation=firm.id if firm else None)
    accounts.account(units, somebody)
    answer = signed_in(app, units, "somebody").get("/organisations/new")
    assert answer.status_code == 403
    assert "没有登记单位的权限" in answer.text

"""The proof of a plaque checked in a real Chromium, on the registry's page and on a copy of it saved to disk."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page, Route, expect

from registry.adapters.signing import Ed25519Signer
from registry.kernel.uow import Units
from registry.ledger import verify
from registry.ledger.notes import verifier_key
from registry.ledger.sequencing import checkpoint, sequence
from tests import build as house
from tests.conftest import ROOT
from tests.plaques.build import accepted, issued

HOME = "https://zhuze.test"
ASSET = re.compile(r"/static/([^\"?#]+)\?v=[0-9a-f]+")


@pytest.fixture
def plaque(site, clock, tmp_path):
    """A plaque whose event lies in a signed tree; the signer remembers no other test."""
    plaque = issued(accepted(site, clock))
    sequence(site.units)
    signer = Ed25519Signer(bytes(range(64, 96)), origin="zhuze.test/ledger", state=tmp_path / "last.json")
    checkpoint(Units(site.units.bind, replace(site.units.tools, signer=signer)))
    return plaque


@pytest.fixture
def bundle(plaque, visit, tmp_path):
    """The file that the public page hands out."""
    file = tmp_path / f"{plaque.code}.json"
    file.write_bytes(visit().get(f"/v/{plaque.code}/proof.json").data)
    return file


@pytest.fixture
def saved(visit, tmp_path, chromium) -> Iterator[Page]:
    """The page as a browser saves it whole, opened from disk without any network."""
    shutil.copytree(ROOT / "registry" / "static", tmp_path / "verify_files")
    page = tmp_path / "verify.html"
    page.write_text(ASSET.sub(r"verify_files/\1", visit().get("/verify").text))
    with chromium.new_context(offline=True, locale="zh-CN") as context:
        opened = context.new_page()
        opened.goto(page.as_uri())
        yield opened


def judge(page: Page, file: Path, key: str = "") -> str:
    page.get_by_label("存证文件（.json）").set_input_files(file)
    if key:
        page.get_by_label("账本的验证公钥").fill(key)
    page.get_by_role("button", name="核验").click()
    said = page.locator("[data-verified]")
    expect(said).to_contain_text("存证")
    return said.inner_text()


def test_a_good_proof_holds_and_says_which_plaque_it_is(saved, bundle, plaque):
    said = judge(saved, bundle)
    assert "存证成立" in said
    assert plaque.code in said
    assert "2027-06-01" in said
    for firm, leader in house.FIRMS.values():
        assert firm in said
        assert leader in said
    assert re.search(r"签名时共有\s*[1-9][0-9]* 条", said)
    assert re.search(r"公钥编号\s*[0-9a-f]{8}", said)


def altered(bundle, tmp_path, part, old, new):
    held = json.loads(bundle.read_text())
    assert old in held[part]
    held[part] = held[part].replace(old, new, 1)
    file = tmp_path / "altered.json"
    file.write_text(json.dumps(held))
    return file


def test_an_event_with_another_leader_in_it_does_not_hold(saved, bundle, tmp_path):
    said = judge(saved, altered(bundle, tmp_path, "event", "李建国", "李健国"))
    assert "存证不成立" in said
    assert "事件正文或证明被改动过" in said
    assert "李健国" not in said


def test_a_checkpoint_with_another_size_does_not_hold(saved, bundle, tmp_path):
    origin = "zhuze.test/ledger\n"
    file = altered(bundle, tmp_path, "proof", f"\n\n{origin}", f"\n\n{origin}1")
    assert "检查点的签名不正确" in judge(saved, file)


def test_the_key_of_another_ledger_believes_nothing(saved, bundle):
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert "不是由所示公钥签名" in judge(saved, bundle, verifier_key("zhuze.test/ledger", stranger))
    assert "不是由所示公钥签名" in judge(saved, bundle, verifier_key("elsewhere/ledger", stranger))
    assert "验证公钥" in judge(saved, bundle, "no key")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"event": 1, "proof": 2}', '{"event": "", "proof": ""}'])
def test_what_is_no_proof_is_told_so(saved, tmp_path, text):
    file = tmp_path / "other.json"
    file.write_text(text)
    assert "存证不成立" in judge(saved, file)


def test_the_page_of_the_registry_checks_under_its_own_content_policy(visit, chromium, bundle):
    stranger, said = visit(), []

    def answer(route: Route) -> None:
        with stranger.get(route.request.url.removeprefix(HOME)) as got:
            route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.data)

    with chromium.new_context(locale="zh-CN") as context:
        context.route("**/*", answer)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{HOME}/verify")
        assert "存证成立" in judge(page, bundle)
    assert said == []


def test_the_public_page_leads_to_the_verifier(plaque, visit):
    assert 'href="/verify"' in visit().get(f"/v/{plaque.code}").text


def test_the_command_takes_the_same_file(bundle, tmp_path, site, capsys):
    key = site.units.tools.signer.verifier_key
    assert verify.main([str(bundle), "--key", key]) == 0
    assert "证明成立" in capsys.readouterr().out
    assert verify.main([str(altered(bundle, tmp_path, "event", "李建国", "李健国")), "--key", key]) == 1
    broken = tmp_path / "broken.json"
    for text in ("{", '{"event": "x"}'):
        broken.write_text(text)
        assert verify.main([str(broken), "--key", key]) == 1

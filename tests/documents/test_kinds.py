"""Names of files: kept as given where they can do no harm."""

import pytest

from registry.documents.kinds import EVIDENCE, PAPERS, PICTURES, Unsuitable, clean_name, require_kind


@pytest.mark.parametrize(("given", "kept"), [
    ("承诺书.pdf", "承诺书.pdf"),
    ("../../etc/passwd", "passwd"),
    ("C:\\fakepath\\扫描件.pdf", "扫描件.pdf"),
    ("..", "未命名"),
    ("", "未命名"),
    ("   ", "未命名"),
    (".pdf", "pdf"),
    ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
    ("报告\u202efdp.exe", "报告fdp.exe"),
    ("报告\u2066\u200b.pdf", "报告.pdf"),
    ('a"b;c.pdf', "a_b;c.pdf"),
    ("a\0b.pdf", "ab.pdf"),
    ("㐂\U000e0100.pdf", "㐂\U000e0100.pdf"),
    ("𠀀𪚥.pdf", "𠀀𪚥.pdf"),
    ("e\u0301.pdf", "é.pdf"),
    ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
])
def test_a_name_keeps_what_does_no_harm(given: str, kept: str) -> None:
    assert clean_name(given) == kept
    assert clean_name(kept) == kept


def test_an_act_takes_only_the_kinds_it_names() -> None:
    require_kind("pdf", PAPERS)
    require_kind("drawing", EVIDENCE)
    with pytest.raises(Unsuitable, match="只接收 JPG、PNG 文件"):
        require_kind("pdf", PICTURES)

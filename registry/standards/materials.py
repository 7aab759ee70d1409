"""What the standards ask of each kind of material: certificates, tests, sampling, and what may follow a failed test.

Sources: 建设工程质量管理条例 第二十九、三十一、三十七条; 住房和城乡建设部令第57号; GB 55032-2022; the product standards named
with each kind.
"""

from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed


class Paper(StrEnum):
    """What comes with a delivery."""

    CERTIFICATE = "certificate"      # 产品合格证（质量证明书）
    TYPE_TEST = "type-test"          # 型式检验报告
    CCC = "ccc"                      # 强制性产品认证证书
    FACTORY_TEST = "factory-test"    # 出厂检验报告
    PLEDGE = "pledge"                # 生产单位质量承诺书
    PHOTO = "photo"                  # 进场照片


class Retest(StrEnum):
    """What may follow a failed test. Nothing permits testing until a test is passed."""

    NEVER = "never"                  # 不得复检
    DOUBLE_ONCE = "double-once"      # 可加倍取样复检一次


@dataclass(frozen=True, slots=True)
class RequiredTest:
    """A test on site. `after_use` for what can only be known later, such as the strength of concrete at 28 days."""

    key: str                         # "tensile"
    label: str                       # 力学性能
    source: str                      # GB 50204-2015 5.2.1
    retest: Retest = Retest.NEVER
    after_use: bool = False
    samples: int = 1                 # how many samples one test takes; a re-test takes twice as many


@dataclass(frozen=True, slots=True)
class MaterialKind:
    """A kind of material. One report may stand for at most `lot_size` of `lot_unit`; None where no standard says."""

    key: str                         # "rebar"
    label: str                       # 热轧带肋钢筋
    unit: str                        # t, what quantities are counted in
    papers: tuple[Paper, ...]
    source: str
    tests: tuple[RequiredTest, ...] = ()
    critical: bool = False           # 关键建材: 影响结构强度和安全性、耐久性
    green: bool = False              # 绿色建材 by its nature; a batch may also carry the label of its own
    witnessed: bool = False          # 见证取样
    prefabricated: bool = False      # 预制构件: every piece has its own number, the plant is supervised
    lot_size: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        keys = [test.key for test in self.tests]
        if len(set(keys)) < len(keys):
            raise Malformed(_("“{label}”的检验项目重复。", label=self.label))
        if self.lot_size is not None and self.lot_size < 1:
            raise Malformed(_("“{label}”的代表批量应当大于 0。", label=self.label))

    def test(self, key: str) -> RequiredTest | None:
        return next((test for test in self.tests if test.key == key), None)

    @property
    def retests(self) -> list[tuple[str, str]]:
        """Key and label of the tests that may be done once more with double the samples."""
        return [(test.key, test.label) for test in self.tests if test.retest is Retest.DOUBLE_ONCE]


@dataclass(frozen=True, slots=True)
class ProducerPledges:
    """For which kinds the producer pledges quality for life in this region; none where no local rule asks for it.

    Source: 质量强国建设纲要（十四） as policy; enforceable by local rule only (北京市建设工程质量条例 第十六条).
    """

    kinds: tuple[str, ...] = ()

"""Who lives in the demo city. Invented; the numbers have right check characters and no owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum.cn import uscc as usccs

from registry.kernel.actor import Role
from registry.parties.identifiers import organisation_check

REGION = "370102"
CITY = "370100"
PASSWORD = "yanshi-zhuze-2026"  # noqa: S105 — of the demo alone, and printed when it starts
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 — the same


@dataclass(frozen=True, slots=True)
class Firm:
    key: str
    name: str
    representative: str
    number: int

    @property
    def uscc(self) -> str:
        body = f"{self.number:08d}"
        head = f"91{REGION}{body}{organisation_check(body)}"
        return head + str(usccs.calc_check_digit(head))


STATION = Firm("station", "泉城市历山区建设工程质量监督站", "罗站长", 90000001)
ARCHIVE = Firm("archive", "泉城市城建档案馆", "田馆长", 90000002)
AUDIT = Firm("audit", "泉城市审计局", "方局长", 90000003)
OPERATOR = Firm("operator", "泉城市住建信息中心", "夏主任", 90000004)

FIRMS = {
    firm.key: firm
    for firm in (
        Firm("owner", "泉城安居置业有限公司", "林国安", 10000001),
        Firm("owner-2", "历山文教建设发展有限公司", "苏明远", 10000002),
        Firm("survey", "岱宗工程勘察院有限公司", "石立峰", 10000003),
        Firm("design", "齐风建筑设计研究院有限公司", "顾清和", 10000004),
        Firm("contractor", "泰山第三建筑集团有限公司", "高永固", 10000005),
        Firm("contractor-2", "黄河建工集团有限公司", "江大河", 10000006),
        Firm("supervision", "明湖工程监理有限公司", "程守正", 10000007),
        Firm("concrete", "趵突混凝土有限公司", "白石川", 10000008),
        Firm("testing", "泉城建设工程检测有限公司", "金准", 10000009),
        Firm("mill", "泉城钢铁有限公司", "铁如山", 10000010),
        Firm("trader", "历山建材供应有限公司", "商通", 10000011),
        Firm("membrane", "明湖防水材料有限公司", "毕严", 10000012),
    )
}


@dataclass(frozen=True, slots=True)
class Leader:
    name: str
    number: int
    qualification: str = ""
    certificate: str = ""

    @property
    def identity(self) -> str:
        """A citizen's number of a region that does not exist any more, right in form and belonging to nobody."""
        born = date(1972, 1, 1) + timedelta(days=137 * self.number % 11000)
        body = f"379907{born:%Y%m%d}{self.number % 1000:03d}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]

    @property
    def phone(self) -> str:
        return f"1390000{self.number:04d}"


LEADERS = {
    "owner": Leader("林致远", 11),
    "owner-2": Leader("苏瑾", 12),
    "survey": Leader("石磊", 13, "注册土木工程师（岩土）", "AY20133700013"),
    "design": Leader("顾笙", 14, "一级注册结构工程师", "S20133700014"),
    "contractor": Leader("高建业", 15, "一级注册建造师（建筑工程）", "鲁1372013201400015"),
    "contractor-next": Leader("韩青山", 16, "一级注册建造师（建筑工程）", "鲁1372015201600016"),
    "contractor-2": Leader("江一舟", 17, "一级注册建造师（建筑工程）", "鲁1372016201700017"),
    "supervision": Leader("程望", 18, "注册监理工程师", "37000018"),
    "concrete": Leader("白砚", 19),
    "testing": Leader("金衡", 20),
    "owner-gallery": Leader("邵宁", 21),
    "survey-gallery": Leader("岑岩", 22, "注册土木工程师（岩土）", "AY20153700022"),
    "design-gallery": Leader("柏然", 23, "一级注册结构工程师", "S20153700023"),
    "supervision-gallery": Leader("景行", 24, "注册监理工程师", "37000024"),
}
FIRM_HEADS = {"site/firm-technical-head": Leader("曹度", 31), "site/firm-quality-head": Leader("严谨", 32)}
"""Heads of departments of the contractor, who attend acceptances and have no account."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of the demo."""

    login: str
    name: str
    title: str
    roles: frozenset[Role]
    firm: str = ""
    region: str = ""
    leader: str = ""
    representative: str = ""
    post: str = ""              # on the site


def one(login: str, name: str, title: str, role: Role, **rest: str) -> SignIn:
    return SignIn(login, name, title, frozenset({role}), **rest)


SIGN_INS: Sequence[SignIn] = (
    one("jiandu", "罗一鸣", "质量监督员", Role.OFFICER, firm="station", region=CITY),
    one("zhanzhang", "罗站长", "质量监督机构负责人", Role.STATION_HEAD, firm="station", region=CITY),
    one("jianshe", "丁小满", "建设单位经办人", Role.FIRM_FILER, firm="owner"),
    one("shigong", "牛得草", "施工单位经办人", Role.FIRM_FILER, firm="contractor"),
    one("faren", FIRMS["contractor"].representative, "施工单位法定代表人", Role.LEGAL_REPRESENTATIVE,
        firm="contractor", representative="contractor"),
    one("jingli", LEADERS["contractor-next"].name, "施工单位项目经理", Role.PROJECT_LEADER, firm="contractor",
        leader="contractor-next"),
    one("zongjian", LEADERS["supervision"].name, "总监理工程师", Role.PROJECT_LEADER, firm="supervision",
        leader="supervision"),
    one("shenji", "方正", "审计人员", Role.AUDITOR, firm="audit", region=CITY),
    one("dangan", "田静", "城建档案管理机构", Role.URBAN_ARCHIVE, firm="archive", region=CITY),
    one("xitong", "夏天", "系统管理员", Role.SYSTEM_ADMIN, firm="operator"),
    one("anquan", "安宁", "安全管理员", Role.SECURITY_ADMIN, firm="operator"),
    one("shenjiguan", "季明", "审计管理员", Role.AUDIT_ADMIN, firm="operator"),
    one("jishu", "郑一方", "项目专业技术负责人", Role.SITE_STAFF, firm="contractor", post="site/technical-leader"),
    one("gongzhang", "冯大年", "专业工长", Role.SITE_STAFF, firm="contractor", post="site/foreman"),
    one("zhijian", "陈细", "质检员", Role.SITE_STAFF, firm="contractor", post="site/quality-inspector"),
    one("banzu", "褚平", "班组长", Role.SITE_STAFF, firm="contractor", post="site/crew-leader"),
    one("quyang", "卫真", "取样员", Role.SITE_STAFF, firm="contractor", post="site/sampler"),
    one("cailiao", "蒋满仓", "材料员", Role.SITE_STAFF, firm="contractor", post="site/materials-clerk"),
    one("zhuanjian", "沈慎", "专业监理工程师", Role.SITE_STAFF, firm="supervision", post="site/supervision-engineer"),
    one("jianzheng", "韩明", "见证人员", Role.SITE_STAFF, firm="supervision", post="site/witness"),
    one("xianchang", "杨树", "建设单位现场代表", Role.SITE_STAFF, firm="owner", post="site/owner-engineer"),
)
CREW = {person.post: person for person in SIGN_INS if person.post}


@dataclass(frozen=True, slots=True)
class Works:
    """One project of the demo: who takes part, when what happened. `signed` are roles whose pair is signed and filed."""

    number: str
    name: str
    address: str
    started_on: date
    accepted_on: date | None
    units: Sequence[tuple[str, str, int]]                  # number, name, design working life in years
    firms: dict[str, str]                                  # role → key in FIRMS
    signed: Sequence[str] = ()
    filed: Sequence[str] = ()
    change_on: date | None = None                          # the contractor's leader hands over
    plaque: bool = False
    leaders: Mapping[str, str] = field(default_factory=dict)   # role → key in LEADERS, where it is not the firm's own
    storeys: tuple[int, int] = (18, 2)                     # above the ground, below it

    @property
    def registered_on(self) -> date:
        """When the register first hears of it."""
        return self.started_on - timedelta(days=14)

    def leader(self, role: str) -> str:
        return self.leaders.get(role, self.firms[role])


FIVE = {"owner": "owner", "survey": "survey", "design": "design", "contractor": "contractor", "supervision": "supervision"}
SCHOOL = {**FIVE, "owner": "owner-2", "contractor": "contractor-2"}
ALL = tuple(FIVE)
LANDMARK = "3701022403010101"

CITY_WORKS = (
    Works(LANDMARK, "泉城安居苑一期", "历山区安居路 18 号", date(2024, 3, 18), date(2025, 11, 28),
          (("01", "1 号住宅楼", 50), ("02", "2 号住宅楼", 50), ("03", "地下车库", 50)), FIVE, ALL, ALL,
          change_on=date(2024, 9, 10), plaque=True),
    Works("3701022505120101", "历山实验学校", "历山区文教街 6 号", date(2025, 6, 16), None,
          (("01", "教学楼", 50), ("02", "体育馆", 100)),
          {**SCHOOL, "testing": "testing", "concrete-supplier": "concrete"}, ALL, ALL),
    Works("3701022606010101", "泉城安居苑二期", "历山区安居路 20 号", date(2026, 12, 1), None,
          (("01", "3 号住宅楼", 50), ("02", "4 号住宅楼", 50)), FIVE, ("owner", "survey", "design"), ("owner",)),
    Works("3701022609150201", "明湖东路综合管廊", "历山区明湖东路", date(2026, 12, 15), None,
          (("01", "管廊主体", 100),), SCHOOL, (), ()),
)

FOUNDATION = "3701022600000301"
STRUCTURE = "3701022600000302"
COMPLETED = "3701022600000303"
OWN_CREW = {"contractor": "contractor-next"}
GALLERY = {role: f"{role}-gallery" for role in FIVE if role != "contractor"}


def stages(today: date) -> Sequence[Works]:
    """The projects that stand at a foundation, at a structure and behind completion, whatever day it is."""
    return (
        Works(COMPLETED, "安居苑风雨连廊", "历山区安居路 22 号", today - timedelta(days=400), None,
              (("01", "风雨连廊", 50),), FIVE, ALL, ALL, leaders=GALLERY, storeys=(2, 0)),
        Works(STRUCTURE, "安居苑幼儿园", "历山区安居路 24 号", today - timedelta(days=180), None,
              (("01", "幼儿园教学楼", 50),), FIVE, ALL, ALL, leaders=OWN_CREW, storeys=(3, 0)),
        Works(FOUNDATION, "安居苑社区卫生站", "历山区安居路 26 号", today - timedelta(days=60), None,
              (("01", "卫生站综合楼", 50),), FIVE, ALL, ALL, leaders=OWN_CREW, storeys=(2, 1)),
    )

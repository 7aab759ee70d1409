"""What can become of an organisation, and what it is called."""

from dataclasses import dataclass

from babel.support import LazyProxy

from registry.kernel.text import later
from registry.parties.models import IdentityKind, OrganisationStatus, RevealReason

STATUS_NAMES: dict[OrganisationStatus, LazyProxy] = {
    OrganisationStatus.EXISTING: later("存续"),
    OrganisationStatus.DEREGISTERED: later("注销"),
    OrganisationStatus.REVOKED: later("吊销"),
    OrganisationStatus.BANKRUPT: later("破产"),
    OrganisationStatus.MERGED: later("合并"),
    OrganisationStatus.DIVIDED: later("分立"),
}

IDENTITY_NAMES: dict[IdentityKind, LazyProxy] = {
    IdentityKind.CITIZEN: later("居民身份证"),
    IdentityKind.RESIDENCE_PERMIT: later("港澳台居民居住证"),
    IdentityKind.PASSPORT: later("护照"),
    IdentityKind.FOREIGN_PERMANENT: later("外国人永久居留身份证"),
    IdentityKind.HKM_TRAVEL: later("港澳居民来往内地通行证"),
    IdentityKind.TAIWAN_TRAVEL: later("台湾居民来往大陆通行证"),
}

REASON_NAMES: dict[RevealReason, LazyProxy] = {
    RevealReason.ARCHIVE: later("编制或移交责任档案"),
    RevealReason.VERIFICATION: later("核对签字人身份"),
    RevealReason.CONTACT: later("联系本人"),
    RevealReason.TRACE: later("质量问题追溯"),
    RevealReason.INQUIRY: later("配合有权机关调查"),
}

BECOMES: dict[OrganisationStatus, frozenset[OrganisationStatus]] = {
    OrganisationStatus.EXISTING: frozenset(OrganisationStatus) - {OrganisationStatus.EXISTING},
    OrganisationStatus.REVOKED: frozenset({OrganisationStatus.DEREGISTERED}),
    OrganisationStatus.BANKRUPT: frozenset({OrganisationStatus.DEREGISTERED}),
}
"""What each status can turn into. The rest is final: a firm struck off does not come back under its code.

A revoked licence ends business, not the legal person, which lives until struck off
(公司法 第二百二十九、二百三十九条).
"""

NEEDS_SUCCESSOR = frozenset({OrganisationStatus.MERGED, OrganisationStatus.DIVIDED})
"""Where the law names who takes over the duties (民法典 第六十七条)."""

LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is registered otherwise than it is now given."""

    field: str
    registered: str
    given: str

"""What happened, in words: the kinds of ledger events a project's page lists."""

import json
from collections.abc import Mapping
from uuid import UUID

from registry.kernel.text import later

EVENTS = {
    "project.created": later("登记工程项目"),
    "project.amended": later("修改工程项目信息"),
    "participation.opened": later("单位进场"),
    "participation.ended": later("单位退场"),
    "term.opened": later("人员任职"),
    "term.ended": later("人员离任"),
    "term.corrected": later("更正任期登记"),
    "unit-project.created": later("登记单位工程"),
    "unit-project.accepted": later("登记竣工验收合格日期"),
    "authorisation.signed": later("签署法定代表人授权书"),
    "authorisation.original-seen": later("核对授权书原件"),
    "authorisation.withdrawn": later("撤回授权书"),
    "pledge.signed": later("签署终身责任承诺书"),
    "pledge.original-seen": later("核对承诺书原件"),
    "pledge.withdrawn": later("撤回承诺书"),
    "pledge.filed": later("授权书和承诺书备案"),
    "pledge.returned": later("退回备案"),
    "leader.changed": later("变更项目负责人"),
    "plaque.issued": later("制作永久性标牌"),
    "plaque.superseded": later("标牌被取代"),
    "plaque.mounted": later("标牌安装"),
    "archive.assembled": later("责任档案组卷"),
    "archive.fetched": later("下载责任档案"),
    "archive-file.filed": later("文件归档"),
    "archive-file.examined": later("归档文件检查"),
    "archive-absence.stated": later("说明不产生的文件"),
    "archive-absence.withdrawn": later("收回不产生的说明"),
    "archive-handover.begun": later("开始移交检测"),
    "archive-handover.failed": later("移交检测未通过"),
    "archive-handover.sent": later("移交城建档案馆"),
    "archive-handover.fetched": later("下载移交包"),
    "archive-handover.received": later("城建档案馆接收"),
    "archive-handover.returned": later("城建档案馆退回"),
    "project.archive-packaged": later("打包工程档案"),
    "part.added": later("增加部位"),
    "unit-project.amended": later("修改单位工程信息"),
    "unit-project.acceptance-corrected": later("更正竣工验收合格日期"),
    "drawings.delivered": later("交付图纸"),
    "drawings.sheet-kept": later("保存图纸文件"),
    "drawings.reviewed": later("登记施工图审查结果"),
    "drawings.review-covers": later("登记审查范围"),
    "drawings.handed-out": later("发放图纸"),
    "design-change.recorded": later("提出设计变更"),
    "design-change.approved": later("会签设计变更：同意"),
    "design-change.refused": later("会签设计变更：不同意"),
    "design-change.withdrawn": later("撤回设计变更"),
    "design-target.set": later("登记设计目标"),
    "design-target.superseded": later("更新设计目标"),
    "scheme-argument.opened": later("登记方案论证"),
    "scheme-argument.expert-named": later("登记论证专家"),
    "scheme-argument.opinion-given": later("登记专家意见"),
    "scheme-argument.opinion-answered": later("答复专家意见"),
    "scheme-argument.closed": later("方案论证结论"),
    "batch.arrived": later("材料进场"),
    "batch.paper-added": later("补充质量证明文件"),
    "batch.inspected": later("材料进场检验"),
    "batch.approved": later("监理审查材料：同意使用"),
    "batch.refused": later("监理审查材料：不同意使用"),
    "batch.removed": later("材料退场"),
    "batch.downgraded": later("材料降级使用"),
    "batch.retest-ordered": later("安排加倍取样复检"),
    "sample.taken": later("见证取样"),
    "report.received": later("收到检验报告"),
    "report.line": later("登记检测项目"),
    "report.batch": later("登记报告代表的批次"),
    "recall.announced": later("发布材料召回"),
    "recall.lifted": later("解除材料召回"),
    "recall.notice-sent": later("送达召回通知"),
    "recall.notice-opened": later("签收召回通知"),
    "recall.answered": later("回复召回处理情况"),
    "component.registered": later("登记预制构件"),
    "component.delivered": later("预制构件进场"),
    "component.step": later("登记构件生产、安装环节"),
    "lot.planned": later("划分检验批"),
    "lot.put-right": later("更正检验批"),
    "lot.withdrawn": later("撤销检验批"),
    "lot.entered": later("填写检验批验收记录"),
    "lot.signed": later("签署检验批验收记录"),
    "lot.decided": later("检验批验收结论"),
    "lot.superseded": later("检验批重新验收"),
    "lot-batch.used": later("登记材料使用部位"),
    "lot-batch.withdrawn": later("更正材料使用部位"),
    "mark.made": later("质量责任标识"),
    "mark.accepted": later("责任标识验收合格"),
    "mark.refused": later("责任标识验收不合格"),
    "mark.superseded": later("重新标识"),
    "plan.approved": later("监理审核划分方案：同意"),
    "plan.refused": later("监理审核划分方案：不同意"),
    "site-check.filled": later("填写施工现场质量管理检查记录"),
    "site-check.passed": later("施工现场质量管理检查合格"),
    "site-check.failed": later("施工现场质量管理检查不合格"),
    "first-sample.made": later("报送样板"),
    "first-sample.passed": later("样板验收合格"),
    "first-sample.failed": later("样板验收不合格"),
    "sample-signature.given": later("签署样板意见"),
    "acceptance.opened": later("报请验收"),
    "acceptance.signed": later("签署验收记录"),
    "acceptance.decided": later("验收结论"),
    "acceptance.printed": later("生成验收记录"),
    "acceptance.fell": later("验收失效"),
    "acceptance.treated": later("登记不合格处理"),
    "acceptance.treatment-approved": later("设计单位认可处理方案"),
    "acceptance.declared-absent": later("声明不涉及的分部"),
    "acceptance.absence-withdrawn": later("撤回不涉及声明"),
    "concealed.noticed": later("通知隐蔽工程验收"),
    "concealed.photographed": later("上传隐蔽影像"),
    "concealed.signed": later("签署隐蔽工程验收"),
    "concealed.decided": later("隐蔽工程验收结论"),
    "concealed.waived": later("监督机构答复不到场"),
    "completion.opened": later("开始竣工验收"),
    "completion.reported": later("签署竣工验收前报告"),
    "completion.called": later("通知竣工验收"),
    "completion.called-off": later("撤回竣工验收通知"),
    "completion.opinion": later("签署竣工验收意见"),
    "completion.concluded": later("竣工验收合格"),
    "completion.accepted": later("竣工验收轮次结束：合格"),
    "completion.disagreed": later("竣工验收轮次结束：有单位不同意"),
    "completion.withdrawn": later("撤回竣工验收"),
    "completion.stated": later("说明竣工验收条件"),
    "completion.overseen": later("记录竣工验收监督"),
    "completion.filed": later("报送竣工验收备案"),
    "completion.received": later("竣工验收备案收讫"),
    "completion.ordered": later("责令重新组织竣工验收"),
    "warranty.drawn-up": later("填写工程质量保修书"),
    "warranty.signed": later("签署工程质量保修书"),
    "warranty.concluded": later("工程质量保修书生效"),
    "warranty.withdrawn": later("撤回工程质量保修书"),
    "dwelling.entered": later("登记住宅户"),
    "dwelling.checked": later("分户验收"),
    "dwelling.signed": later("签署分户验收"),
    "dwelling.struck-off": later("注销住宅户"),
    "residential-paper.issued": later("签发住宅质量保证书、使用说明书"),
}


THINGS = ("title", "product", "name", "place", "content")
PEOPLE = ("person_name", "signed_by", "inspected_by", "approved_by", "stated_by", "sampled_by", "reviewer_name", "doer_name")
NUMBERS = ("number", "certificate_number")


def about(subject: UUID, body: bytes, names: Mapping[UUID, str]) -> str:
    """Return what an event of the ledger was about, in its own words and the names of the project it belongs to.

    subject  the id of its record
    body     the event, see registry.ledger.rules; titles of documents that are not open stay untold
    names    the project's unit projects, firms and terms, in the order they are to be told
    """
    record = json.loads(body)["record"]
    ids = {str(subject), *(value for value in record.values() if isinstance(value, str))}
    told = [name for key, name in names.items() if str(key) in ids]
    told += [record[key] for key in PEOPLE if record.get(key)]
    if record.get("secrecy", "open") == "open":
        told += [record[key] for key in THINGS if record.get(key)][:1]
    if record.get("product") or not told:
        told += [record[key] for key in NUMBERS if record.get(key)]
    return " · ".join(dict.fromkeys(told))


def event_words(kind: str) -> str:
    return str(EVENTS.get(kind, kind))

"""What happened, in words: the kinds of ledger events a project's page lists."""

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
}


def event_words(kind: str) -> str:
    return str(EVENTS.get(kind, kind))

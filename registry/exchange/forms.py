"""What a browser may send about rosters."""

from flask_wtf.file import FileField

from registry.kernel.text import later
from registry.web.fields import Form, Needed


class RosterForm(Form):
    workbook = FileField(later("花名册文件"), [Needed(later("请选择要导入的花名册文件（.xlsx）。"))])

"""Completion (竣工): the gates before it, the reports, the acceptance meeting, the filing.

It stands above plaques and archives because its gates ask them; the day of 竣工验收合格 itself belongs to the unit project.

Source: 建设工程质量管理条例 第十六、四十九条; 建质〔2013〕171号; 住房和城乡建设部令第2号.
"""

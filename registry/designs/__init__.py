"""Designs (设计成果): drawing sets by version, their review, their changes, their delivery.

What was in force for a part on a day is read from here: a set counts from the day it was delivered and, where the
law asks for it, reviewed; a change counts from the day it was approved. Nothing is edited: a new version supersedes.

Source: 建设工程质量管理条例 第十一条; 建设工程勘察设计管理条例 第二十六、二十八条; 质量强国建设纲要 专栏3.
"""

"""Desks (工作台): the home of each audience, a project on one page, search, and 我的终身责任.

Here stand the pages that show several storeys at once; nothing is written here.
Source: 建质〔2014〕124号 第三、十六条 (a person answers for life, whoever employs him now).
"""

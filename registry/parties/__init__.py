"""Parties (责任主体): the organisations and the people who answer for a project.

The person is liable, not the row: an organisation that is dissolved or merged keeps its row and its
people keep theirs; nothing here is ever deleted.

Organisation states: existing → deregistered | revoked | merged | divided (the last two name a successor).
Source: 建质〔2014〕124号 第二、十六、十七条; GB 32100-2015 (统一社会信用代码); GB 11643-1999 (公民身份号码).
"""

"""Acceptance (质量验收): inspection lot, item, sub-division, division and unit works, concealed work, what failed.

A parent cannot pass while a child has not. Who must sign differs by level and division and is read from the standards.
Nothing is edited: a lot that failed is accepted again in a new attempt, beside the first.

States of a node: open → submitted → passed | failed → (rework, strengthening, concession, refusal) → submitted again.
Source: GB 50300-2013 第3、5、6章; GB 55032-2022; 建设工程质量管理条例 第三十、三十七条.
"""

"""Defects (质量缺陷) and the tracing of responsibility (责任追溯).

A trace answers who held the posts that answer for a part of a building on the day its work was done. It
never divides liability between people: the law does not, and the investigator decides.
Source: 建质〔2014〕124号 第二、三、五、六条.
"""

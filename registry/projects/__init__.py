"""Projects (工程), their parts, the firms taking part and the terms in office (任职) of their leaders.

A term says who held which post for which firm, over what, from which day to which. It is never edited:
it can be ended once, and a wrong one is corrected by another that names it.

Term states: standing → ended | corrected.
Source: 建质〔2014〕124号 第二、八、十条; 建设工程质量管理条例 第二十一条; GB 50300-2013 (工程划分).
"""

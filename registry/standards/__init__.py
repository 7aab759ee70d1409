"""The handbook of standards (标准手册): law as data.

Deadlines, posts, wordings, trees and catalogues are editions: of one kind, for one region, in force
from one day on. An edition is never edited; a later one takes its place, and every record made under
an edition goes on pointing to it. What the law leaves open carries the status `suggestion` and is
shown as our default, never as law.

States: entered → superseded (by effective date; nothing is written for it).
Source: 建质〔2014〕124号; 建办质〔2014〕44号; 建设工程质量管理条例; GB 50300-2013; GB/T 50328-2014.
"""

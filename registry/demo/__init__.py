"""The demo city (演示城市): invented projects, firms and people, made by the acts a real city would have done.

Nothing here writes a row of its own: the clock is set back, and every step is an act of a storey. Names,
numbers and addresses belong to nobody; every page says 演示数据 while it is served.
"""

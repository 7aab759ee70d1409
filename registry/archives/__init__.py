"""The responsibility archive (质量终身责任信息档案) of a project.

Three things of every leader: who he is and what changed (信息表), his pledge, his authorisation; with the
changes and the plaque. The registry assembles it from its records and hands it out as one package that
can be checked without us.
Source: 建质〔2014〕124号 第十条; GB/T 50328-2014.
"""

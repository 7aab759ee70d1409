"""Exchange (数据交换): rosters (花名册) of projects and those who answer for them, in and out as workbooks.

A roster is read in four steps, each pure but the last: the file is judged (safety), its cells are streamed
(workbook), cells become rows with every change noted (mending, reading, roster), rows of one project are
held against each other (consistency), and projects without a fault go in, each in one transaction (actions).

Source: 建质〔2014〕124号 第二、十条 (who answers, and what is kept of them); ECMA-376 (workbooks).
"""

"""Pledges (工程质量终身责任承诺书) and authorisations (法定代表人授权书).

A pledge is one person's signed promise to answer for a project for its whole design life; an authorisation
is the firm's letter, signed by its legal representative, that names this person. A term in office needs
both; the station files the pair. Neither is ever edited or deleted: a change of person brings a new term
and a new pair, and a wrong one is withdrawn by a record that says why.

States of a term's pair: draft → signed → complete (pledge and authorisation) → filed → superseded (term
ended) → expired (design life over).
Source: 建质〔2014〕124号 第二、八、十条; 建办质〔2014〕44号.
"""

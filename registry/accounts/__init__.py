"""Accounts (账户): who may sign in, for which firm or station, with which authority, and how that was proved.

An account belongs to one person acting for one organisation. What it may do comes from its grants, which are
given and ended and never edited. A session lives in the database, so ending it ends it everywhere at once.

States of an account: active ⇄ disabled. States of a session: half (password proved) → opened → ended.
Sources: ASVS 5.0 chapters 6 and 7; GB/T 22239-2019 (身份鉴别, 访问控制, 三员分立).
"""

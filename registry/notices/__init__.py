"""Notices (通知): what somebody must know or do, by when, and the proof that it reached them.

A notice is shown in the registry itself. When its recipient first opens it, that moment is kept for good:
it is the proof of service. A notice is done when the act it asks for has been done, whoever did it.

States: sent → opened → done (done also without having been opened).
Source: 民法典 第二百零一至二百零三条 (counting of periods); 国务院办公厅年度节假日安排 (working days, 调休).
"""

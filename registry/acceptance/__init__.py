"""Acceptance (质量验收): lot → item → sub-division → division → unit, and the work that is covered up.

A result is entered by attempts and signed duty by duty; whoever organises signs last and gives the conclusion.
A parent cannot pass while a child has not, and falls, with a record, when a child is opened again. What did not
pass is reworked, tested, reckoned again by the designer, strengthened, or refused for good.

Nothing here is edited or deleted. The state of a node is read from its records, never stored.

Source: GB 50300-2013 第3、5、6章, 附录D~H; GB 55032-2022 第4章; 建设工程质量管理条例 第三十、三十七条.
"""

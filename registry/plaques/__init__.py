"""Plaques (永久性标牌) and the public page behind their QR code.

A plaque's data comes from signed and filed records only and carries no identity number. A later plaque
for the same unit project supersedes an earlier one; the address of either answers for ever.

States: issued → mounted → superseded.
Source: 建质〔2014〕124号 第九条; 住房和城乡建设部令第5号 第七条.
"""

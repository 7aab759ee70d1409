"""Works (施工过程): inspection lots as planned, responsibility marks, first samples, the use of materials.

Who did, who checked and who accepted each step, when, where and with which material. Whether a lot passes is the
matter of the storey above, acceptance.

Source: 质量强国建设纲要（十三）、专栏3; 建设工程质量管理条例 第二十九、三十、三十七条; GB 50300-2013 第4章.
"""

"""Materials (材料、构配件、设备): batches, entry inspection, witnessed sampling, test reports, disposition.

A batch whose report failed or is missing is held; what uses it waits until a disposition releases it.

Source: 建设工程质量管理条例 第二十九、三十一、三十七条; 住房和城乡建设部令第57号; 质量强国建设纲要（十四）.
"""

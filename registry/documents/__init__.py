"""Documents (文件): sealed files, kept by the hash of their bytes, and files on their way in.

A document never changes and never goes away. An upload is one file on its way: receiving → complete |
refused; it becomes a document when some act names it, and is swept when none does within a day.

Source: GB/T 18894 (真实、完整、可用、安全).
"""

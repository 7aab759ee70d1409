"""Documents (文件): sealed files, kept by the hash of their bytes, and files on their way in.

A document never changes and never goes away. An upload is one file on its way: receiving → complete |
refused; it becomes a document when some act names it, and is swept when none does within a day.

Sources: GB/T 18894 (authentic, complete, usable, safe); PDF/A and evidence rules are in each storey's forms.
"""

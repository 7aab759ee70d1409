"""Printing: facts in, PDF/A-3 or outlined SVG out, by WeasyPrint in its own processes (docs/printing.md)."""

from registry.adapters.printing.pool import DoesNotFit, Limits, MissingGlyphs, PrinterFailed, WeasyPrinter

__all__ = ["DoesNotFit", "Limits", "MissingGlyphs", "PrinterFailed", "WeasyPrinter"]

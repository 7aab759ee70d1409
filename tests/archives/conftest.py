"""The archive begins where five pairs are on file: `site`; files of the work come from `building`."""

from tests.standing import clock, site, standing, standing_clock, units

__all__ = ["clock", "site", "standing", "standing_clock", "units"]

from tests.standing import clock, site, standing, standing_clock, units

__all__ = ["clock", "site", "standing", "standing_clock", "units"]

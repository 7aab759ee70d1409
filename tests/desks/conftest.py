from tests.standing import building, clock, site, standing, standing_building, standing_clock, units

__all__ = ["building", "clock", "site", "standing", "standing_building", "standing_clock", "units"]

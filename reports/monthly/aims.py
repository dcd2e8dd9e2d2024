"""The yearly targets that the monthly tables compare with, and how much of the year is gone."""

from reports.targets import DISTRICT, PARK, Targets, pace, targets_of

__all__ = ["DISTRICT", "PARK", "Targets", "pace", "targets_of"]

"""What the register holds. One file a subject: investors, projects, capital, progress."""

from projects.models.bulk import BulkEdit
from projects.models.capital import CapitalArrival, CapitalCommitment, CapitalSnapshot
from projects.models.investors import Honour, Investor
from projects.models.progress import Milestone, Note
from projects.models.projects import Official, Participation, Project, ProjectCode

__all__ = [
    "BulkEdit",
    "CapitalArrival",
    "CapitalCommitment",
    "CapitalSnapshot",
    "Honour",
    "Investor",
    "Milestone",
    "Note",
    "Official",
    "Participation",
    "Project",
    "ProjectCode",
]

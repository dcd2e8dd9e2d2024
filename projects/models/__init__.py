"""What the register holds. One file a subject: investors, projects, capital, progress, people, obstacles."""

from projects.models.bulk import BulkEdit
from projects.models.capital import CapitalArrival, CapitalCommitment, CapitalSnapshot, PlannedArrival
from projects.models.investors import Honour, Investor
from projects.models.obstacles import Attachment, Obstacle
from projects.models.people import Chief, Follow, Handover, TaskForce, TaskForceMember
from projects.models.progress import ConditionPeriod, Milestone, Note, StageMove
from projects.models.projects import Official, Participation, Project, ProjectCode
from projects.models.views import DefaultView, SavedView

__all__ = [
    "Attachment",
    "BulkEdit",
    "CapitalArrival",
    "CapitalCommitment",
    "CapitalSnapshot",
    "Chief",
    "ConditionPeriod",
    "DefaultView",
    "Follow",
    "Handover",
    "Honour",
    "Investor",
    "Milestone",
    "Note",
    "Obstacle",
    "Official",
    "Participation",
    "PlannedArrival",
    "Project",
    "ProjectCode",
    "SavedView",
    "StageMove",
    "TaskForce",
    "TaskForceMember",
]

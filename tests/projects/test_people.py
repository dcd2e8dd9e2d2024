"""Officials, handing over, follow-ups, task forces, chiefs, and what an account follows."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportBatch
from imports.undoing import take_back
from industries.models import Chain
from parks.models import Park
from projects.history import RegisterHistory  # noqa: F401  (replaced below where the name differs)
from projects.models import Chief, Follow, Handover, Note, Obstacle, Official, Project, TaskForce, TaskForceMember
from projects.people import handovers_of, leads_of
from projects.people_writing import ChangedMeanwhile, hand_over, name_chief
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
DAY = datetime.date(2020, 7, 1)
MAO = ("毛平", "区长")

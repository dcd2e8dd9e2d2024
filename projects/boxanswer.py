"""Where a typed line leads: the address of the list with its parameters; and what the list says about the line.

`q` stays a plain search for text, for people and programs that ask for it. The box asks with `say`, is sent on to the
address with the parameters, and its line goes along as `said` where there is something to say about it.
"""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from projects import conditions
from projects.boxcutting import MOST_CHARS
from projects.boxmeaning import Remark, Understood
from projects.boxsettling import JOINED
from projects.boxvocabulary import vocabulary_for
from projects.permissions import Actor
from projects.smartbox import LOOKED_FOR, understand


def address_of(params: QueryDict, *, user: Actor) -> str:
    """The address of the list that a line (`say`) asks for; conditions beside it stay."""
    line = params.get("say", "").strip()[:MOST_CHARS]
    understood = understand(line, vocabulary_for(user, line))
    query = params.copy()
    for name in ("say", *conditions.VIEW_PARAMETERS):
        query.pop(name, None)
    for name, values in understood.params.items():
        former = query.getlist(name) if name in JOINED else []
        query.setlist(name, list(dict.fromkeys([*former, *values])))
    if understood.rest:
        query["q"] = understood.rest
    if not understood.is_plain:
        query["said"] = line
    asked = conditions.query_of(query)
    return f"{reverse('projects:list')}?{asked}" if asked else reverse("projects:list")


def told(params: QueryDict, *, user: Actor) -> Understood | None:
    """What the line was understood as, for the sentences above the list; a search for text without one says where."""
    line = params.get("said", "")[:MOST_CHARS]
    if line:
        return understand(line, vocabulary_for(user, line))
    text = params.get("q", "").strip()[:MOST_CHARS]
    return Understood(rest=text, hints=[Remark(text, LOOKED_FOR)]) if text else None

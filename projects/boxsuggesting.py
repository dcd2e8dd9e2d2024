"""What is offered while somebody types into the smart box: what the last word means, who is called so.

An account is offered what it may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jiangjin.lib.pinyin import typed_readings
from projects import conditions
from projects.boxcutting import MOST_CHARS, pieces_of
from projects.boxhelp import HELP
from projects.boxmeaning import Meaning, Understood
from projects.boxvocabulary import Name, Vocabulary, nobody, vocabulary_for
from projects.models import Investor, Project
from projects.permissions import Actor
from projects.smartbox import quoted, understand

MOST_FOUND = 8  # projects, investors and officials
MOST_WORDS = 4  # ways to go on
LEAST_LETTERS = 2  # of a word of Latin letters


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line of the list below the box. say: the line that it makes of what is typed; url: the page that it opens."""

    kind: str
    text: str
    detail: str = ""
    say: str = ""
    url: str = ""


def suggestions(line: str, *, user: Actor) -> list[Suggestion]:
    """What fits the last word of the line, in two queries; nothing after a blank."""
    pieces = pieces_of(line[:MOST_CHARS])
    if not pieces or line[-1:].isspace() or pieces[-1].quoted:
        return []
    last = pieces[-1].text
    before = [quoted(piece.text) if piece.quoted else piece.text for piece in pieces[:-1]]
    # Who else is called so is said below the line, not here: a word would cost a query.
    vocabulary = replace(vocabulary_for(user, last), namesakes=nobody)
    found = [*_meanings(before, last, vocabulary), *_ways_on(before, pieces[-1].key, vocabulary)]
    if last.isascii() and len(last) < LEAST_LETTERS:
        return found
    officials = [
        Suggestion(_("lead official"), name.label, name.post, say=_line(before, name.label))
        for name in _called(vocabulary.of("official"), last)
        if name.label != last
    ]
    known = {one.say for one in found}
    officials = [one for one in dict.fromkeys(officials) if one.say not in known]
    return [*found, *_shared(officials, *_projects_and_firms(last, user))]


def _line(before: list[str], word: str) -> str:
    return " ".join([*before, word])


def _meanings(before: list[str], last: str, vocabulary: Vocabulary) -> Iterator[Suggestion]:
    """The last word as a condition, or how it should be written; and as text."""
    understood = understand(last, vocabulary)
    if words := _in_words(understood, vocabulary):
        yield Suggestion(pgettext("suggestion", "condition"), last, words, say=_line(before, last))
    for remark in understood.unclear:
        for offer in remark.offers:
            words = _in_words(understand(offer.say, vocabulary), vocabulary)
            yield Suggestion(pgettext("suggestion", "condition"), offer.say, words, say=_line(before, offer.say))
    if understood.params or understood.unclear:
        yield Suggestion(pgettext("suggestion", "text"), quoted(last), _("as text"), say=_line(before, quoted(last)))


def _in_words(understood: Understood, vocabulary: Vocabulary) -> str:
    """The chips that it would be."""
    params = QueryDict(mutable=True)
    for name, values in understood.params.items():
        params.setlist(name, values)
    filters = conditions.narrowed(params, Project.objects.none(), vocabulary.choices())
    chips = [f"{chip.label} {chip.value}".strip() for chip in conditions.chips_of(filters)]
    return " · ".join([*chips, *([_("order")] if "sort" in params else [])])


def _ways_on(before: list[str], key: str, vocabulary: Vocabulary) -> Iterator[Suggestion]:
    """Words that begin with what is typed, names also by their pinyin; the shortest of each meaning."""
    letters = key.isascii()
    if letters and len(key) < LEAST_LETTERS:
        return
    if letters:
        words = [name.label for name in _beginning(vocabulary.names, key) if name.kind != "official"]
    else:
        words = []
        known = (word for word in vocabulary.beginning_with.get(key[0], ()) if word.startswith(key))
        words += [word for __, examples in HELP for word in examples if word.startswith(key) and " " not in word]
        words += sorted((word for word in known if _goes_on(vocabulary.words[word])), key=len)
    offered = [understand(key, vocabulary).params, {}]
    for word in dict.fromkeys(words):
        understood = understand(word, vocabulary)
        if understood.params in offered:
            continue
        offered.append(understood.params)
        shown = _in_words(understood, vocabulary)
        yield Suggestion(pgettext("suggestion", "condition"), word, shown, say=_line(before, word))
        if len(offered) > MOST_WORDS + 1:
            return


def _goes_on(meaning: Meaning) -> bool:
    """Officials are offered with their posts, below."""
    return not meaning.filler and not any(name == "official" for name, __ in meaning.params)


def _beginning(names: Iterable[Name], letters: str) -> Iterator[Name]:
    """The names whose pinyin or initials begin with these letters."""
    typed = typed_readings(letters)
    for name in names:
        initials, readings = name.pinyin
        if initials.startswith(letters) or any(readings.startswith(one) for one in typed):
            yield name


def _called(names: Iterable[Name], word: str) -> Iterator[Name]:
    """The names that hold the word, as `searching.named` asks the database."""
    if not word.isascii():
        yield from (name for name in names if word in name.label)
        return
    typed = typed_readings(word)
    for name in names:
        initials, readings = name.pinyin
        if word.lower() in initials or any(one in readings for one in typed):
            yield name


def _shared(*kinds: list[Suggestion]) -> list[Suggestion]:
    """As many as there is room for, of each kind alike."""
    while sum(map(len, kinds)) > MOST_FOUND:
        max(kinds, key=len).pop()
    return [one for kind in kinds for one in kind]


def _projects_and_firms(word: str, user: Actor) -> tuple[list[Suggestion], list[Suggestion]]:
    """The newest projects and the newest firms of this name; one query."""
    text = TextField()
    projects = Project.objects.visible_to(user).counted().search(word).order_by("-pk")
    firms = Investor.objects.visible_to(user).search(word).order_by("-pk")
    # A part of a union cannot be cut on SQLite; a list of keys can.
    projects = Project.objects.order_by().filter(pk__in=projects.values("pk")[:MOST_FOUND])
    firms = Investor.objects.order_by().filter(pk__in=firms.values("pk")[:MOST_FOUND])
    rows = projects.values_list(Value("project", text), Cast("code", text), F("name"), Cast("park__short_name", text))
    rows = rows.union(
        firms.values_list(Value("investor", text), Cast("pk", text), F("name"), Value("", text)), all=True
    )
    found: tuple[list[Suggestion], list[Suggestion]] = ([], [])
    for kind, key, name, place in rows:
        if kind == "project":
            detail = f"{key} · {place}" if place else key
            found[0].append(Suggestion(_("project"), name, detail, url=reverse("projects:detail", args=[key])))
        else:
            found[1].append(Suggestion(_("investor"), name, url=reverse("projects:investor_detail", args=[key])))
    return found

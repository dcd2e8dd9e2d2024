"""The names that the smart box knows: parks, clusters, chains, officials, units, sources, and who else is so called.

One query for all names, asked once a request; one more for projects and firms of the same name as a word.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.demo import as_of_day
from industries.models import Chain, Cluster
from jiangjin.lib.pinyin import pinyin_of, pinyin_of_person
from jiangjin.lib.text import investor_key, match_key, name_key, sentence
from parks.models import Park
from projects.boxcutting import pieces_of
from projects.boxmeaning import Meaning, means
from projects.boxwords import fixed_words
from projects.choices import ProjectSource
from projects.models import Investor, Official, Project
from projects.permissions import Actor

ALL_CLUSTERS = ("4+1", "五大产业", "五大集群", "五大产业集群", "4+1产业", "4+1集群")
UNIT_LENGTHS = range(2, 21)  # characters of a lead unit or a source that is found inside a longer word
MOST_UNITS = 1500  # parts of the line that are looked up as units
LEGAL_FORMS = ("{}公司", "{}集团", "{}有限公司", "{}有限责任公司", "{}股份有限公司", "{}集团有限公司", "重庆{}有限公司")
MOST_SHOWN = 3  # namesakes
KINDS = {"park": _("park"), "cluster": _("cluster"), "chain": _("chain"), "official": _("lead official")}
KINDS |= {"lead_unit": _("lead unit"), "source": _("source")}
LEAST_LETTERS = 3  # of a name's initials that are read as the name
PREFIXES = {"lead_unit": "单位", "source": "来源", "official": "领导"}
PREFIXES_OF_PLACES = {"park": "园区", "cluster": "集群", "chain": "产业链"}
ALSO = _("Read as the %(kind)s; it is a %(other)s as well.")
SPELLED = _("Read as the pinyin of %(name)s. To look for it as text:")

Namesakes = Callable[[Iterable[str]], dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Name:
    """An entry of the vocabulary. kind: the parameter of the list; value: what it takes."""

    kind: str
    value: str
    label: str
    spellings: tuple[str, ...] = ()
    post: str = ""

    @property
    def pinyin(self) -> tuple[str, str]:
        """Initials and readings of the label."""
        return pinyin_of_person(self.label) if self.kind == "official" else pinyin_of(self.label)

    @property
    def letters(self) -> set[str]:
        """What may be typed for it in letters: initials and whole pinyin of its Chinese spellings."""
        chinese = (text for text in self.spellings if not text.isascii())
        read = [self.pinyin] if self.kind == "official" else map(pinyin_of, chinese)
        return {key for initials, readings in read for key in (initials, readings.replace(" ", "")) if len(key) > 1}


def nobody(words: Iterable[str]) -> dict[str, list[str]]:
    return {}


@dataclass(frozen=True)
class Vocabulary:
    """The words that a line is read with. today: the day that 去年 and 上半年 are told from."""

    names: tuple[Name, ...] = ()
    today: datetime.date = field(default_factory=datetime.date.today)
    namesakes: Namesakes = nobody

    @cached_property
    def words(self) -> Mapping[str, Meaning]:
        """Every word by its key. A name of the register goes before a fixed word; of two names the former in KINDS."""
        found: dict[str, Meaning] = {}
        for kind in KINDS:
            for name in self.of(kind):
                for key in dict.fromkeys(map(match_key, name.spellings)):
                    if key:
                        found[key] = self._beside(found.get(key), name)
        clusters = [name.value for name in self.of("cluster") if name.value != Cluster.OUTSIDE]
        if clusters:
            found = {match_key(word): means("cluster", *clusters) for word in ALL_CLUSTERS} | found
        return fixed_words() | found

    @staticmethod
    def _beside(other: Meaning | None, name: Name) -> Meaning:
        """What a word means that may stand for something already."""
        if other is None:
            return means(name.kind, name.value, named=True)
        kind, value = other.params[0]
        if kind == name.kind or other.note:
            return other
        offer = f"{PREFIXES[name.kind]}:{name.value}" if name.kind in PREFIXES else f"“{name.label}”"
        note = sentence(ALSO, kind=KINDS[kind], other=KINDS[name.kind])
        return means(kind, value, note=note, offers=(offer,), named=True)

    @cached_property
    def beginning_with(self) -> Mapping[str, list[str]]:
        """Keys by their first character, the longest first."""
        found: dict[str, list[str]] = {}
        for key in sorted(self.words, key=len, reverse=True):
            found.setdefault(key[0], []).append(key)
        return found

    @cached_property
    def by_letters(self) -> Mapping[str, tuple[Name, ...]]:
        """The names by what is typed for them in letters; the search for text finds officials, so not these alone."""
        found: dict[str, dict[tuple[str, str], Name]] = {}
        for name in self.names:
            for key in name.letters:
                found.setdefault(key, {}).setdefault((name.kind, name.value), name)
        return {
            key: tuple(names.values()) for key, names in found.items() if {kind for kind, __ in names} != {"official"}
        }

    def spelled(self, key: str) -> Meaning | None:
        """What letters mean that stand for one name alone: jjzbq. Two letters are too often something else."""
        names = self.by_letters.get(key, ())
        if len(names) != 1 or len(key) < LEAST_LETTERS:
            return None
        (name,) = names
        note = sentence(SPELLED, name=name.label)
        return means(name.kind, name.value, note=note, offers=(f"“{key}”",))

    def maybe(self, key: str) -> tuple[str, ...]:
        """Words that letters may be short for, as they are typed to be understood."""
        return tuple(map(self._typed, self.by_letters.get(key, ())[:MOST_SHOWN]))

    def _typed(self, name: Name) -> str:
        meaning = self.words.get(match_key(name.label))
        is_clear = meaning is not None and meaning.params == ((name.kind, name.value),)
        return name.label if is_clear else f"{(PREFIXES | PREFIXES_OF_PLACES)[name.kind]}:{name.label}"

    def of(self, kind: str) -> list[Name]:
        """The names of one kind."""
        return [name for name in self.names if name.kind == kind]

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Codes and names of parks, clusters and chains as the filter takes them."""
        return {kind: [(name.value, name.label) for name in self.of(kind)] for kind in ("park", "cluster", "chain")}


def vocabulary_for(user: Actor, line: str) -> Vocabulary:
    """The vocabulary of an account for one line: of officials, units and sources what it may see."""
    kinds = [
        _names(Park.objects, "park", "code", "short_name", "name", Cast("aliases", TextField())),
        _names(Cluster.objects, "cluster", "code", "name", Value(""), Cast("aliases", TextField())),
        _names(Chain.objects, "chain", "code", "name", Value(""), Cast("aliases", TextField())),
        _names(Official.objects.visible_to(user), "official", "name", "name", "post", Value("[]")),
    ]
    projects = Project.objects.visible_to(user)
    if units := _possible_units(line):
        for column in ("lead_unit", "source"):
            named = projects.filter(**{f"{column}__in": units})
            kinds.append(_names(named, column, column, column, Value(""), Value("[]")).distinct())
    first, *others = kinds
    rows = sorted(first.union(*others, all=True), key=lambda row: (list(KINDS).index(row[0]), row[1]))
    names = [_name(kind, *said) for kind, __, *said in rows]
    names += [Name("source", word.value, word.value, (word.value,)) for word in ProjectSource]
    return Vocabulary(tuple(names), as_of_day(), lambda words: _namesakes(user, words))


def _names(rows: QuerySet, kind: str, *columns: object) -> QuerySet:
    """The entries of one kind as the union takes them: kind, position, value, label, second name, other spellings."""
    position = "position" if kind in ("park", "cluster", "chain") else "pk" if kind == "official" else Value(0)
    text = TextField()
    value, label, second, aliases = (Cast(F(column), text) if isinstance(column, str) else column for column in columns)
    place = F(position) if isinstance(position, str) else position
    return rows.order_by().values_list(Value(kind, text), place, value, label, second, aliases)


def _name(kind: str, value: str, label: str, second: str, aliases: str) -> Name:
    spellings = [label, value, second, *json.loads(aliases)]
    if kind == "official":
        spellings = [label, f"{label}{second}"] if second else [label]
    return Name(kind, value, label, tuple(spellings), second if kind == "official" else "")


def _possible_units(line: str) -> list[str]:
    """Every part of the line that could be a lead unit or a source: they are looked up as they stand."""
    found: dict[str, None] = {}
    for piece in pieces_of(line):
        if piece.quoted or piece.text.isdigit():
            continue
        text = piece.text
        found.setdefault(text)
        for length in UNIT_LENGTHS:
            found |= dict.fromkeys(text[start : start + length] for start in range(len(text) - length + 1))
    return list(found)[:MOST_UNITS]


def _namesakes(user: Actor, words: Iterable[str]) -> dict[str, list[str]]:
    """Visible projects and firms that are called as a word is, but for the legal form or 项目; one query."""
    by_project = {name_key(word): word for word in words}
    by_firm = {investor_key(form.format(word)): word for word in words for form in ("{}", *LEGAL_FORMS)}
    if not by_project:
        return {}
    text = TextField()
    projects = Project.objects.visible_to(user).counted().filter(name_key__in=by_project)
    firms = Investor.objects.visible_to(user).filter(name_key__in=by_firm)
    rows = (
        projects.order_by()
        .values_list(Value("project", text), "name_key", "name")
        .union(firms.order_by().values_list(Value("investor", text), "name_key", "name"), all=True)
    )
    found: dict[str, list[str]] = {}
    for kind, key, name in rows[: 4 * len(by_firm)]:
        word = (by_project if kind == "project" else by_firm)[key]
        if name not in found.setdefault(word, []) and len(found[word]) < MOST_SHOWN:
            found[word].append(name)
    return found

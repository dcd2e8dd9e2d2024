"""Days in a typed line: 2020, 去年, 2020年6月, 上半年, 6月以来, 2018-2020. They are always days of signing."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.numerals import numeral, simple_numerals
from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR, PartialDay
from jiangjin.lib.text import sentence
from projects.boxmeaning import Meaning, Sentence
from projects.periods import months_before

YEAR = r"(?P<year>(?:19|20)\d\d|[一二][零九][零一二三四五六七八九]{2}(?=年))"
MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])"
DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
HALF = r"(?P<half>[上下])半年"
QUARTER = r"(?:第?(?P<quarter>[一二三四1-4])季度?|q(?P<q>[1-4]))"
THIS_YEAR, LAST, BEFORE_LAST = ("今年", "本年度", "本年", "当年"), ("去年", "上年度", "上年"), ("前年",)
RELATIVE_YEAR = rf"(?P<relative>{'|'.join((*THIS_YEAR, *LAST, *BEFORE_LAST))})"

SHAPES = [
    re.compile(shape, re.ASCII)
    for shape in (
        rf"{YEAR}年{MONTH}月(?:{DAY}[日号])?",
        rf"{YEAR}(?P<between>[-/.]){MONTH}(?:(?P=between){DAY})?(?!\d)",
        r"(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?:{YEAR}年?度?|{RELATIVE_YEAR})的?(?:{HALF}|{QUARTER})",
        rf"{RELATIVE_YEAR}{MONTH}月(?:份|{DAY}[日号])?",
        rf"{HALF}|{QUARTER}",
        rf"{MONTH}月(?:份|{DAY}[日号])?",
        rf"{YEAR}(?:年度?)|(?P<plain>19(?:7[89]|[89]\d)|20\d\d)(?![\d.万亿元]|[十百千][万亿])",
        RELATIVE_YEAR,
        rf"(?:{YEAR}年|{RELATIVE_YEAR})?{MONTH}月?(?:[-~—–]+|至|到)(?P<until>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?",
        r"(?P<this>本月|当月|这个月|本季度|本季|当季|本周|这周|今天|今日)",
        r"(?P<past>上个?月|上个?季度|上周|昨天|昨日)",
        r"(?:最近|近)(?P<count>\d{1,3}|[一二三四五六七八九十两]{1,2}|半)个?(?P<unit>天|日|周|月|季度|年)(?:内|来)?",
    )
]
SIGNED = re.compile(r"(?:新?签约|签订|新签|签的?|引进|落户)的?")
BEFOREHAND = re.compile(r"(?:签约(?:时间|日期|日|年度|年份)?|签订时间)(?:在|为|是|于|:|=)?|自从?|从|于|在")
UP_TO = re.compile(r"截[至止]到?|到")
IMPOSSIBLE = re.compile(rf"(?:{YEAR}年)?\d{{1,2}}月(?:\d{{1,2}}[日号])?(?!\d)", re.ASCII)  # 2020年13月
SINCE_SIGNING = re.compile(
    r"签约(?:已经|已)?(?:超过|超|满)?(?P<count>\d{1,3}|[一二三四五六七八九十两]{1,2}|半)个?(?P<unit>天|周|月|年)"
    r"(?:(?P<within>以内|之内|内)|以上|多|了)?的?",
    re.ASCII,
)
RANGE = re.compile(r"[-~—–]+|至|到")
SINCE, AFTER = r"以来|至今|开始|起", r"以后|之后|后"
INCLUDED = r"(?:[(]?含(?:当[天日月年])?[)]?)?"  # 6月30日(含)以前
ENDING = re.compile(
    rf"(?P<included>{INCLUDED})(?:(?P<since>{SINCE})|(?P<after>{AFTER})"
    r"|(?P<end>(?:年底|月底|底|末)(?:以前|之前|前|为止))|以前|之前|前|为止)"
)
# After 截至 and 到 the end of the month or the year is no rough time: 截至2020年底, 到6月末.
END_OF_IT = re.compile(rf"(?:[年月]?[底末]前?)?(?:为?止)?{INCLUDED}")
VAGUE = re.compile(r"(?:年|月)?(?:初|中旬|上旬|下旬|底|末|左右|前后)(?!以?之?前|为止)")
OTHER_EVENT = re.compile(r"(?:注册|拿地|开工|动工|竣工|完工|投产|达产|到位|终止|停工|开业)的?")

NOT_SIGNING = _(
    "The box asks for the day of signing only, not for that of %(event)s: that is a condition of its column in the "
    "list."
)
ROUGHLY = _("A rough time has no bounds. Give months.")
SIGNED_BY = _("Read as “signed by %(day)s”.")
NO_NUMBER = _("This number cannot be read.")
NO_SUCH_DAY = _("There is no such day.")
OUT_OF_RANGE = _("Years run from %(first)s to %(last)s.")
BACKWARDS = _("The period ends before it begins.")
BEFORE_IT = _("Read as “up to %(day)s”, without %(word)s itself.")
AFTER_IT = _("Read as “from %(day)s on”, without %(word)s itself.")


@dataclass(frozen=True, slots=True)
class Period:
    """From one partial day to another, both included; of_year: its year was said by another word."""

    first: PartialDay
    last: PartialDay
    of_year: bool = False

    @property
    def is_year(self) -> bool:
        return self.first == self.last and self.first.precision == "year"


class _Nonsense(Exception):
    """A day that cannot be: the sentence that says why."""


def day_at(key: str, start: int, today: datetime.date, year: int | None) -> tuple[int, Meaning] | None:
    """The period that begins at a place of the key: where it ends and what it means; None where there is none.

    `year` is that of another word of the line: 2020 上半年. Without it a month is the latest that has begun.
    """
    text = simple_numerals(key)
    prefix = BEFOREHAND.match(text, start) or UP_TO.match(text, start)
    at = prefix.end() if prefix else start
    try:
        if ago := _long_ago(text, start, today):
            return ago
        found = _period_at(text, at, today, year)
        if (odd := IMPOSSIBLE.match(text, at)) and (found is None or found[0] < odd.end()):
            return odd.end(), Meaning(unclear=NO_SUCH_DAY)
        if found is None:
            return None
        end, period = found
        if prefix and UP_TO.match(prefix[0]) and (its_end := END_OF_IT.match(text, end)):
            end = its_end.end()
        if prefix and prefix[0].startswith("截"):
            return end, Meaning((("as_of", period.last.last.isoformat()),))
        if prefix and UP_TO.match(prefix[0]):
            return end, Meaning((("signed_to", str(period.last)),), note=sentence(SIGNED_BY, day=period.last))
        end, meaning = _ended(text, end, period, text[at:end], today)
    except _Nonsense as error:
        return len(text), Meaning(unclear=error.args[0])
    return end, meaning


def _long_ago(text: str, start: int, today: datetime.date) -> tuple[int, Meaning] | None:
    """签约一年以上, 签约3个月内: told from today."""
    found = SINCE_SIGNING.match(text, start)
    if not found:
        return None
    period = _recent(found["count"], found["unit"], today)
    if found["within"]:
        return found.end(), _meaning(period, period.first, period.last, "")
    last = PartialDay.of(period.first.first - datetime.timedelta(days=1))
    return found.end(), Meaning((("signed_to", str(last)),), note=sentence(SIGNED_BY, day=last))


def _period_at(text: str, at: int, today: datetime.date, year: int | None) -> tuple[int, Period] | None:
    """The longest form that stands here."""
    found = [match for shape in SHAPES if (match := shape.match(text, at))]
    if not found:
        return None
    match = max(found, key=lambda one: one.end())
    return match.end(), _period(match, today, year)


def _period(match: re.Match[str], today: datetime.date, year: int | None) -> Period:
    said = match.groupdict()
    if said.get("this") or said.get("past"):
        return _around(match[0], today)
    if said.get("count"):
        return _recent(said["count"], said["unit"], today)
    own = _year_of(said, today)
    taken = own or year
    if number := said.get("quarter") or said.get("q"):
        quarter = "一二三四".find(number) + 1 or int(number)
        return _months(taken or _latest(today, 3 * quarter - 2), 3 * quarter - 2, 3 * quarter, of_year=not own)
    if half := said.get("half"):
        first = 1 if half == "上" else 7
        return _months(taken or _latest(today, first), first, first + 5, of_year=not own)
    if until := said.get("until"):
        first, last = _number(said["month"] or ""), _number(until)
        if last < first:
            raise _Nonsense(BACKWARDS)
        return _months(taken or _latest(today, first), first, last, of_year=not own)
    if month := said.get("month"):
        number = _number(month)
        day = _day(taken or _latest(today, number), number, _number(said["day"]) if said.get("day") else None)
        return Period(day, day, of_year=not own)
    assert own
    return Period(_day(own), _day(own))


def _year_of(said: dict[str, str | None], today: datetime.date) -> int | None:
    if word := said.get("year") or said.get("plain"):
        return int("".join(str("零一二三四五六七八九".find(one)) if one > "9" else one for one in word))
    if word := said.get("relative"):
        return today.year - (0 if word in THIS_YEAR else 1 if word in LAST else 2)
    return None


def _number(text: str) -> int:
    value = int(text) if text.isdigit() else numeral("一" if text == "元" else text)
    if value is None:
        raise _Nonsense(NO_NUMBER)
    return int(value)


def _latest(today: datetime.date, month: int) -> int:
    """The year of the latest such month that has begun."""
    return today.year if month <= today.month else today.year - 1


def _day(year: int, month: int | None = None, day: int | None = None) -> PartialDay:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _Nonsense(sentence(OUT_OF_RANGE, first=FIRST_YEAR, last=LAST_YEAR))
    try:
        return PartialDay(year, month, day)
    except ValueError as error:
        raise _Nonsense(NO_SUCH_DAY) from error


def _months(year: int, first: int, last: int, *, of_year: bool = False) -> Period:
    return Period(_day(year, first), _day(year, last), of_year)


def _around(word: str, today: datetime.date) -> Period:
    """This or the past day, week, month or quarter."""
    past = word.startswith(("上", "昨"))
    if "月" in word:
        month = today.replace(day=1) - datetime.timedelta(days=1) if past else today
        return _months(month.year, month.month, month.month)
    if "季" in word:
        first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        first = months_before(first, 3) if past else first
        return _months(first.year, first.month, first.month + 2)
    if "周" in word:
        monday = today - datetime.timedelta(days=today.weekday() + (7 if past else 0))
        return Period(PartialDay.of(monday), PartialDay.of(monday + datetime.timedelta(days=6)))
    day = PartialDay.of(today - datetime.timedelta(days=1) if past else today)
    return Period(day, day)


def _recent(count: str, unit: str, today: datetime.date) -> Period:
    """近三个月: from the day after the same day three months ago up to today."""
    if count == "半":
        count, unit = ("6", "月") if unit == "年" else ("15", "天")
    number = _number("二" if count == "两" else count)
    months = number * {"月": 1, "季度": 3, "年": 12}.get(unit, 0)
    if months > 12 * (today.year - FIRST_YEAR):
        raise _Nonsense(sentence(OUT_OF_RANGE, first=FIRST_YEAR, last=LAST_YEAR))
    days = datetime.timedelta(days=number * (7 if unit == "周" else 1))
    begun = months_before(today, months) if months else today - days
    return Period(PartialDay.of(begun + datetime.timedelta(days=1)), PartialDay.of(today))


def _ended(text: str, end: int, period: Period, word: str, today: datetime.date) -> tuple[int, Meaning]:
    """What follows the period: the end of a range, since, before, vagueness, or another event than the signing."""
    if (between := RANGE.match(text, end)) and (other := _period_at(text, between.end(), today, period.first.year)):
        end, last = other
        if last.last.first < period.first.first:
            raise _Nonsense(BACKWARDS)
        period = Period(period.first, last.last, period.of_year)
    if vague := VAGUE.match(text, end):
        december = period.is_year and vague[0].endswith(("底", "末"))
        return vague.end(), Meaning(unclear=ROUGHLY, offers=(f"{period.first}年12月",) if december else ())
    first, last_day, note = _bounds(period, ENDING.match(text, end), word)
    if ending := ENDING.match(text, end):
        end = ending.end()
    if event := OTHER_EVENT.match(text, end):
        name = event[0].removesuffix("的")
        return event.end(), Meaning(unclear=sentence(NOT_SIGNING, event=name), offers=(f"{word} {name}",))
    if signed := SIGNED.match(text, end):
        end = signed.end()
    return end, _meaning(period, first, last_day, note)


def _bounds(
    period: Period, ending: re.Match[str] | None, word: str
) -> tuple[PartialDay | None, PartialDay | None, Sentence]:
    """Both ends, as far as 以来, 以后, 以前 and 底前 leave them, and what must be said about that."""
    if ending is None:
        return period.first, period.last, ""
    if ending["since"]:
        return period.first, None, ""
    if ending["included"]:
        return (period.first, None, "") if ending["after"] else (None, period.last, "")
    if ending["after"]:
        first = PartialDay.of(period.last.last + datetime.timedelta(days=1))
        return first, None, sentence(AFTER_IT, day=first, word=word)
    if ending["end"] or ending[0].endswith("为止"):
        return None, period.last, ""
    last = PartialDay.of(period.first.first - datetime.timedelta(days=1))
    return None, last, sentence(BEFORE_IT, day=last, word=word)


def _meaning(period: Period, first: PartialDay | None, last: PartialDay | None, note: Sentence) -> Meaning:
    if period.is_year and first == last:
        return Meaning((("year", str(period.first.year)),))
    params = [("signed_from", str(first))] if first else []
    params += [("signed_to", str(last))] if last else []
    return Meaning(tuple(params), note=note, of_year=period.of_year)

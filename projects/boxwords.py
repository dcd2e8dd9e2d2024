"""The words of the smart box that are the same in every register: stages, lights, ranks, what is missing, orders.

Chinese is what people type here whatever language the pages are in. docs/smart-box.md holds the grammar.
"""

from __future__ import annotations

import functools
import itertools

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.text import match_key
from projects.boxmeaning import FILLER, Meaning, means
from projects.choices import SIGNED_STAGES, Condition, HonourKind, InvestorType, Stage
from projects.lightrules import RED, YELLOW
from projects.lights import GREEN, NONE

STAGES: dict[Stage, tuple[str, ...]] = {
    Stage.LEAD: ("首谈", "线索"),
    Stage.NEGOTIATION: ("在谈", "洽谈"),
    Stage.INTENT: ("意向", "框架协议", "意向协议"),
    Stage.SIGNED: ("签约",),
    Stage.REGISTERED: ("注册", "注册公司", "公司注册"),
    Stage.LAND: ("拿地", "摘牌", "供地"),
    Stage.CONSTRUCTION: ("开工", "动工"),
    Stage.COMPLETED: ("竣工", "完工", "建成"),
    Stage.PRODUCTION: ("投产", "投用", "开业"),
    Stage.FULL_PRODUCTION: ("达产", "满产"),
}
STATES = {Stage.CONSTRUCTION: ("在建", "建设中", "建设阶段", "施工中"), Stage.PRODUCTION: ("生产中", "运营中")}
NOT_YET = ("未", "没", "没有", "尚未", "还没", "还没有", "还未", "仍未", "迟迟未")
ALREADY = ("已", "已经", "均已")

CONDITIONS = {
    Condition.ACTIVE: ("正常推进", "正常项目", "推进中"),
    Condition.STALLED: ("停滞", "停工", "缓建", "搁置", "停摆"),
    Condition.TERMINATED: ("终止", "已终止", "解约", "退出", "已退出"),
}
WITHOUT = ("不含", "不包括", "除", "除去", "排除", "剔除", "不要", "未", "没", "没有", "非")
LIGHTS = {
    RED: ("红灯", "亮红灯", "超期", "逾期", "延期", "红色", "超时"),
    YELLOW: ("黄灯", "亮黄灯", "临期", "快到期", "将到期", "黄色"),
    GREEN: ("绿灯", "亮绿灯", "按期", "按时", "绿色", "灯色正常"),
    NONE: ("无计划", "没有计划", "没计划", "无灯", "缺计划", "未填计划"),
}
RANKED = (HonourKind.GLOBAL_500, HonourKind.CHINA_500, HonourKind.PRIVATE_500)
HONOURS: dict[tuple[HonourKind, ...], tuple[str, ...]] = {
    (HonourKind.GLOBAL_500,): ("世界500强", "全球500强", "世界五百强", "全球五百强"),
    (HonourKind.CHINA_500,): ("中国500强", "国内500强", "中国五百强", "中国企业500强"),
    (HonourKind.PRIVATE_500,): (
        "民企500强",
        "民营500强",
        "民营企业500强",
        "中国民企500强",
        "中国民营企业500强",
        "民企五百强",
    ),
    RANKED: ("500强", "五百强"),
    (HonourKind.LISTED,): ("上市", "上市公司", "上市企业", "已上市"),
    (HonourKind.SPECIALISED_NEW,): ("专精特新",),
    (HonourKind.LITTLE_GIANT,): ("小巨人", "专精特新小巨人"),
    (HonourKind.SINGLE_CHAMPION,): ("单项冠军",),
    (HonourKind.HIDDEN_CHAMPION,): ("隐形冠军", "隐型冠军"),
}
KINDS: dict[tuple[InvestorType, ...], tuple[str, ...]] = {
    (InvestorType.STATE, InvestorType.CENTRAL_SOE): ("国企", "国有", "国资", "国有企业"),
    (InvestorType.PRIVATE,): ("民企", "民营", "民营企业", "私企", "民资"),
    (InvestorType.FOREIGN,): ("外资", "外企", "外商", "外资企业"),
    (InvestorType.HMT,): ("港澳台", "港澳台资", "港资", "台资"),
}
CENTRAL = ("央企", "中央企业", "央字头", "国字号")

# What can be missing: the words, and the parameter that selects where nobody filled it in.
MISSING: dict[tuple[str, str], tuple[str, ...]] = {
    ("park", "none"): ("园区", "落户园区", "平台"),
    ("cluster", "none"): ("产业集群", "集群", "产业"),
    ("chain", "none"): ("产业链",),
    ("official", "none"): ("领导", "挂帅领导", "包抓领导", "联系领导", "责任领导"),
    ("lead_unit", "none"): ("单位", "牵头单位", "责任单位"),
    ("missing", "agreed_capital"): ("投资额", "金额", "协议投资额", "协议投资", "协议引资", "协议资金", "投资金额"),
    ("missing", "signed_on"): ("签约日期", "签约时间", "签约日", "日期"),
    ("missing", "investor"): ("投资方", "客商", "投资人", "业主"),
    ("missing", "project_company"): ("项目公司",),
    ("missing", "company_credit_code"): ("信用代码", "统一社会信用代码"),
    ("missing", "registered_on"): ("注册日期", "注册时间"),
    ("missing", "land_area"): ("用地面积", "土地面积", "用地"),
    ("missing", "land_on"): ("拿地日期", "拿地时间"),
    ("missing", "land_mode"): ("供地方式", "用地方式"),
    ("missing", "started_on"): ("开工日期", "开工时间", "实际开工日期", "实际开工时间"),
    ("missing", "planned_completion"): ("计划竣工日期", "计划竣工时间", "计划竣工"),
    ("missing", "completed_on"): ("竣工日期", "竣工时间"),
    ("missing", "production_on"): ("投产日期", "投产时间"),
    ("missing", "full_production_on"): ("达产日期", "达产时间"),
    ("missing", "actual_output"): ("产值", "实际产值"),
    ("missing", "any"): ("资料", "信息", "项", "数据", "内容"),
}
LACKS = ("没有", "没", "缺", "缺少", "未填", "未填写", "没填", "没有填", "没填写", "漏填", "未录", "未定")
LACKING = ("未填", "未填写", "没填", "缺失", "为空", "空缺", "空白", "不详", "不全", "待定", "未定", "缺")

SORTS = {
    "agreed_capital": ("金额", "投资额", "协议投资额", "协议引资", "投资"),
    "arrived_capital": ("到位", "到位资金", "到位金额"),
    "signed_on": ("签约时间", "签约日期", "签约", "时间", "日期"),
    "stage": ("阶段", "进度"),
    "next_milestone": ("下一节点", "节点"),
    "name": ("名称", "项目名称"),
    "code": ("编号", "项目编号"),
    "park": ("园区",),
}
DOWN = (
    "从大到小",
    "从高到低",
    "从多到少",
    "由大到小",
    "由高到低",
    "降序",
    "倒序",
    "从新到旧",
    "从近到远",
    "最大",
    "最高",
    "最多",
)
UP = (
    "从小到大",
    "从低到高",
    "从少到多",
    "由小到大",
    "由低到高",
    "升序",
    "正序",
    "从旧到新",
    "从远到近",
    "最小",
    "最少",
    "最低",
)
LARGEST_FIRST = ("agreed_capital", "arrived_capital", "signed_on", "stage")

# Words that say nothing beside others.
FILLERS = """
签约的 重大项目 大项目 or and
的 项目 个 所有 全部 有哪些 有什么 哪些 哪个 查 查询 查一下 找 帮我 给我 请 我要 看 看看 看下 看一下
列出 显示 里 里面 中 在 且 并 并且 和 与 及 以及 或 还 而 又 但 但是 都 是 为 有 落户 落户在
牵头 挂帅 包抓 联系 负责 投资 签约项目 按 排序 ? ! , . 、 + & 吗 呢 了 一下 清单 名单 企业
阶段 状态 领导 同志
"""

NORMAL = _("Read as the condition of the project; for the light write 绿灯.")
CENTRAL_NOTE = _("Read as a rank of the investor; by the investor's kind write 央企性质.")
SIGNED_NOTE = _("Read as the stage: signed and no further. All that is signed: 已签约.")
NEWLY = _("It does not say since when.")


@functools.cache
def fixed_words() -> dict[str, Meaning]:
    """Every fixed word by its key."""
    tables = (_fillers(), _sorts(), _missing(), _stages(), _conditions(), _lights(), _investors(), _others())
    return {match_key(word): meaning for table in tables for word, meaning in table.items()}


def _stages() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for stage, words in STAGES.items():
        reached = [one for one in Stage if one.rank >= stage.rank and one in SIGNED_STAGES]
        # 未开工 speaks of what is signed; what is only talked about has words of its own.
        before = [one for one in (SIGNED_STAGES if stage in SIGNED_STAGES[1:] else Stage) if one.rank < stage.rank]
        for word in words:
            found[word] = found[f"{word}阶段"] = means("stage", stage)
            found |= {f"{yes}{word}": _only("stage", reached) for yes in ALREADY}
            if before and stage.rank >= Stage.SIGNED.rank:
                found |= {f"{no}{word}": _only("stage", before) for no in NOT_YET}
    for stage, words in STATES.items():
        found |= {word: means("stage", stage) for word in words}
    found["签约"] = means("stage", Stage.SIGNED, note=SIGNED_NOTE, offers=("已签约",))
    found["新签约"] = Meaning(unclear=NEWLY, offers=("本月签约", "今年签约"))
    return found


def _only(parameter: str, values: list) -> Meaning:
    return Meaning(only=(parameter, frozenset(map(str, values))))


def _conditions() -> dict[str, Meaning]:
    found = {word: means("condition", one) for one, words in CONDITIONS.items() for word in words}
    found["正常"] = means("condition", Condition.ACTIVE, note=NORMAL, offers=("绿灯",))
    for one in (Condition.STALLED, Condition.TERMINATED):
        rest = [other for other in Condition if other != one]
        for no, word in itertools.product(WITHOUT, CONDITIONS[one]):
            found[f"{no}{word}"] = found[f"{no}{word}的"] = _only("condition", rest)
    return found


def _lights() -> dict[str, Meaning]:
    return {word: means("light", light) for light, words in LIGHTS.items() for word in words}


def _investors() -> dict[str, Meaning]:
    found = {word: means("rank", *kinds) for kinds, words in HONOURS.items() for word in words}
    found |= {word: means("investor_type", *kinds) for kinds, words in KINDS.items() for word in words}
    for word in CENTRAL:
        found[word] = means("rank", HonourKind.CENTRAL_SOE, note=CENTRAL_NOTE, offers=("央企性质",))
    return found | {"央企性质": means("investor_type", InvestorType.CENTRAL_SOE)}


def _missing() -> dict[str, Meaning]:
    found = {}
    for place, words in MISSING.items():
        for word in words:
            found |= {f"{lack}{word}": means(*place) for lack in LACKS}
            found |= {f"{word}{lack}": means(*place) for lack in LACKING}
    return found | {
        "不完整": means("missing", "any"),
        "要补填": means("missing", "any"),
        "待补填": means("missing", "any"),
    }


def _sorts() -> dict[str, Meaning]:
    found = {}
    for key, words in SORTS.items():
        first = f"-{key}" if key in LARGEST_FIRST else key
        for word, by in itertools.product(words, ("", "按", "按照")):
            found |= {f"{by}{word}{way}": means("sort", f"-{key}") for way in DOWN}
            found |= {f"{by}{word}{way}": means("sort", key) for way in UP}
            found[f"{by}{word}排序"] = found[f"{by}{word}排"] = means("sort", first)
    latest, oldest = means("sort", "-signed_on"), means("sort", "signed_on")
    return found | {"最新": latest, "最新签约": latest, "最近签约": latest, "最早签约": oldest}


def _others() -> dict[str, Meaning]:
    followed = ("我跟进的", "我跟进", "我关注的", "我关注", "我跟踪的", "我跟踪", "我的跟进", "我的关注", "我收藏的")
    found = {word: means("followed", "1") for word in followed}
    return found | {word: means("voided", "1") for word in ("作废", "已作废", "作废的", "已作废的")}


def _fillers() -> dict[str, Meaning]:
    return dict.fromkeys(FILLERS.split(), FILLER)

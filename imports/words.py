"""The words of ledgers that mean a stage, a condition, an investor's kind or rank: exact tables, nothing guessed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGE_WORDS: dict[str, str] = {
    word: stage
    for stage, words in {
        "lead": "首谈 首谈登记 已首谈",
        "negotiation": "在谈 洽谈 洽谈中 在谈中 正在洽谈",
        "intent": "意向 意向协议 签订意向协议 已签意向协议 签订框架协议 框架协议 意向签约",
        "signed": "签约 已签约 正式签约 已正式签约 已签订合同 签订合同 签订正式合同 已签订正式合同 已签合同 新签约",
        "registered": "注册 已注册 完成注册 已完成注册 公司已注册",
        "land": "拿地 已拿地 摘牌 已摘牌 供地 已供地 完成供地",
        "construction": "开工 已开工 在建 建设中 正在建设 开工建设 已开工建设 在建中",
        "completed": "竣工 已竣工 竣工验收 已竣工验收",
        "production": "投产 已投产 建成投产 已建成投产 竣工投产 开业 已开业 投用 已投用 运营 已运营 投入运营",
        "full_production": "达产 已达产 达产达效 已达产达效",
    }.items()
    for word in [stage, *words.split()]
}
CONDITION_WORDS: dict[str, str] = {
    word: condition
    for condition, words in {
        "active": "正常 正常推进 推进正常 正常履约",
        "stalled": "停工 停滞 缓建 已停工 已停滞 已缓建 停建",
        "terminated": "终止 已终止 解约 已解约 退出 已退出 合同终止 终止合同",
    }.items()
    for word in [condition, *words.split()]
}
INVESTOR_TYPE_WORDS: dict[str, str] = {
    word: kind
    for kind, words in {
        "central_soe": "央企 中央企业 央属企业",
        "state": "国企 国有 国有企业 地方国企 市属国企 区属国企 国有控股",
        "private": "民企 民营 民营企业 私营 私营企业",
        "foreign": "外资 外企 外资企业 外商独资 外商投资 外商投资企业",
        "hmt": "港澳台 港澳台资 港澳台企业 港澳台商投资 港资 台资 澳资 港资企业 台资企业",
        "other": "其他",
    }.items()
    for word in [kind, *words.split()]
}
INVESTOR_RANK_WORDS: dict[str, str] = {
    word: rank
    for rank, words in {
        "global_500": "世界500强 全球500强 世界五百强 世界500强企业 财富世界500强",
        "china_500": "中国500强 国内500强 中国五百强 中国500强企业 中国企业500强",
        "private_500": "民企500强 中国民企500强 民营500强 民营企业500强 中国民营企业500强 民企500强企业 全国民企500强",
        "listed": "上市公司 上市 上市企业 a股上市公司 主板上市公司",
        "central_soe": "央企 中央企业",
        "specialised_new": "专精特新 专精特新企业 专精特新中小企业 市级专精特新",
        "little_giant": "小巨人 专精特新小巨人 小巨人企业 专精特新小巨人企业 国家级小巨人 国家级专精特新小巨人",
        "single_champion": "单项冠军 制造业单项冠军 单项冠军企业",
        "hidden_champion": "隐形冠军 隐形冠军企业",
    }.items()
    for word in [rank, *words.split()]
}
CAPITAL_ORIGIN_WORDS: dict[str, str] = {
    word: origin
    for origin, words in {
        "domestic": "内资 国内 境内 市外内资 市内内资",
        "foreign": "外资 境外 国外 港澳台资 外商投资 利用外资",
    }.items()
    for word in [origin, *words.split()]
}

WORDS: dict[str, dict[str, str]] = {
    "stage": STAGE_WORDS,
    "condition": CONDITION_WORDS,
    "investor_type": INVESTOR_TYPE_WORDS,
    "investor_rank": INVESTOR_RANK_WORDS,
    "capital_origin": CAPITAL_ORIGIN_WORDS,
}

# What a click may put into the cell instead; the first word of each code in the tables.
PROPOSED: dict[str, dict[str, str]] = {
    kind: {code: word for word, code in reversed(words.items()) if word != code} for kind, words in WORDS.items()
}

_PRELIMINARY = _("“%(word)s” is too wide for a stage. Say which one: 签约, 注册 or 拿地.")
_TICK = _("A tick does not say which stage. In a table of ticks the header holds the stage; here write e.g. 在建.")
_LIGHT = _("A light's colour is worked out from the plan and is not entered. Write 正常, 停滞 or 终止.")
_LANDED = _("“%(word)s” can mean registered, land obtained or under construction. Say which: 注册, 拿地 or 开工.")
TOWN = _("“%(word)s” is a town or a subdistrict, not a park. Write the park, e.g. 双福工业园, or 园区外.")
_EITHER = _("“%(word)s” can mean equipment or the intelligent industry. Write 装备制造 or 智能产业.")
AREA = _(
    "“%(word)s” is also the name of an area. Write the park, e.g. 双福工业园, or choose it once for the whole file."
)

# Words that are heard often and are not certain: the sentence, and the codes that may be meant.
VAGUE_WORDS: dict[str, dict[str, tuple[Promise, tuple[str, ...]]]] = {
    "stage": {
        "未开工": (
            _("“%(word)s” says only what has not happened. Say which stage: 签约, 注册 or 拿地."),
            ("signed", "registered", "land"),
        ),
        **dict.fromkeys(
            ("前期", "前期工作", "前期阶段", "筹建", "筹建中", "推进中", "前期手续"),
            (_PRELIMINARY, ("signed", "registered", "land")),
        ),
        "试生产": (
            _("Whether “%(word)s” counts as production is the bureau's rule. Write 竣工 or 投产."),
            ("completed", "production"),
        ),
        "部分投产": (
            _("Only a part is in production. Enter the phases as projects of their own, or write 在建 or 投产."),
            ("construction", "production"),
        ),
        **dict.fromkeys(("落地", "已落地"), (_LANDED, ("registered", "land", "construction"))),
        **dict.fromkeys(
            ("履约", "已履约"),
            (_("“%(word)s” follows from the dates and is no stage. Write the stage, e.g. 注册 or 在建."), ()),
        ),
        **dict.fromkeys(("√", "✓", "✔", "是"), (_TICK, ())),
        **dict.fromkeys(
            CONDITION_WORDS,
            (
                _("“%(word)s” is a condition, not a stage. Write the stage that was reached, e.g. 在建."),
                (),
            ),
        ),
    },
    "condition": {
        "取消": (
            _("“%(word)s” can mean that the agreement ended or was never signed. Write 终止 if it ended."),
            ("terminated",),
        ),
        **dict.fromkeys(("红", "黄", "绿", "红灯", "黄灯", "绿灯"), (_LIGHT, ())),
    },
    "park": {"双福新区": (AREA, ("shuangfu",))},
    "cluster": {
        **dict.fromkeys(("智能制造", "智能装备"), (_EITHER, ("equipment", "intelligent"))),
        **dict.fromkeys(
            ("其他", "其它", "其他产业"),
            (
                _("“%(word)s” can mean outside the clusters or unclassified. Write “4+1”以外, or leave it empty."),
                ("outside",),
            ),
        ),
        **dict.fromkeys(
            ("工业", "制造业", "产业"),
            (_("“%(word)s” is too wide for a cluster. Write one of them, e.g. 装备制造 or 消费品."), ()),
        ),
    },
    "investor_type": {},
    "investor_rank": {
        **dict.fromkeys(
            ("500强", "五百强", "500强企业"),
            (
                _("“%(word)s” does not say of which list. Write 世界500强, 中国500强 or 民企500强."),
                ("global_500", "china_500", "private_500"),
            ),
        ),
        **dict.fromkeys(
            ("国企", "民企", "民营", "民营企业", "国有企业", "外资", "外企"),
            (_("“%(word)s” is a kind of firm, not a rank. It belongs in the column of kinds, e.g. 企业性质."), ()),
        ),
    },
    "capital_origin": {},
}

"""What the smart box understands, by example: the help on the list. A test reads every example with the box itself."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HELP: list[tuple[str | Promise, tuple[str, ...]]] = [
    (_("park, cluster, chain"), ("双福", "双福 德感", "消费品", "调味品", "4+1以外", "园区外")),
    (_("time of signing"), ("2020", "去年", "2020年6月", "上半年", "三季度", "6月以来", "2018-2020", "近三个月")),
    (_("agreed capital"), ("10亿以上", "≥10亿", "5-8亿", "5000万以下", "十亿以上", "不到1亿")),
    (_("stage"), ("签约", "在建", "投产", "未开工", "未投产", "已开工", "已注册未开工", "在谈")),
    (_("condition and light"), ("停滞", "终止", "不含终止", "红灯", "临期", "无计划", "超期未开工")),
    (_("investor"), ("世界500强", "中国500强", "500强", "上市公司", "央企", "国企", "外资", "专精特新")),
    (_("people and departments"), ("领导:李勇", "单位:区商务委", "来源:外出招商", "标签:重点", "我跟进的")),
    (_("what is missing"), ("缺投资额", "未填园区", "缺签约日期", "资料不全")),
    (_("order"), ("金额从大到小", "最新签约", "按阶段排序")),
    (_("text, pinyin, initials"), ("“双福”", "shuangfu", "sfjx")),
]

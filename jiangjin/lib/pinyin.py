"""Pinyin of names: the first letters, the whole readings, and the ways a typed word can be read as pinyin."""

import functools
import re
import unicodedata

# What readings are made of: letters and digits as they are, and runs of anything that is not ASCII.
RUNS = re.compile(r"[a-z0-9]+|[^\x00-\x7f]+")
TYPED = re.compile(r"[a-zA-Z0-9]{2,60}")
NUMBER = re.compile(r"[0-9]+")
MOST_READINGS = 6  # of one typed word; people type few that have three
LONGEST = 6  # letters of a syllable: shuang
SHORT = 3  # a typed syllable of fewer letters is only itself: li is not lin

# Read otherwise as a surname than as a word.
WRITTEN_SURNAMES = "曾zeng 翟zhai 单shan 查zha 覃qin 仇qiu 解xie 区ou 盖ge 朴piao 缪miao 尉yu 种chong 折she 繁po 乐yue"
SURNAMES = {one[0]: one[1:] for one in WRITTEN_SURNAMES.split()}
WRITTEN = """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng
    cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu
    cuan cui cun cuo da dai dan dang dao de den deng di dian diao die ding diu dong dou du duan dui dun duo e ei en
    eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan
    guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian
    jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou ku kua kuai kuan
    kuang kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan
    lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao
    ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei
    pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran
    rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang
    shao she shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai
    tan tang tao te teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi
    xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan
    yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua
    zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
"""
SYLLABLES = frozenset(WRITTEN.split())
BEGINNINGS = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable)))


def pinyin_of(text: str) -> tuple[str, str]:
    """Initials and readings: 重庆长安2号 → `cqca2h`, ` chong qing chang an 2 hao `.

    Latin letters and digits stay, in lower case. The readings have a blank around each, so that a part of one is none.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    parts = [_of_run(run) if run[0] > "\x7f" else (run, run) for run in RUNS.findall(text.lower())]
    readings = " ".join([part[1] for part in parts if part[1]])
    return "".join([part[0] for part in parts]), f" {readings} " if readings else ""


def pinyin_of_person(name: str) -> tuple[str, str]:
    """Initials and readings of a person's name: 曾 is zeng there."""
    known = SURNAMES.get(name[:1])
    if not known:
        return pinyin_of(name)
    initials, readings = pinyin_of(name[1:])
    return known[0] + initials, f" {known}{readings or ' '}"


def typed_readings(word: str) -> list[str]:
    """What a typed word is in the readings of `pinyin_of`, one text a way to cut it; none where it is no pinyin.

    The last syllable may be typed in part: shuangf is ` shuang f`, xian both ` xian` and ` xi an`.
    """
    if not TYPED.fullmatch(word) or word.isdigit():
        return []
    word = word.lower()
    found = _cut(word, False) or _cut(word, True)
    end = " " if len(word) < SHORT else ""
    return [f" {reading}{end}" for reading in found]


@functools.lru_cache(maxsize=4096)
def _cut(word: str, part: bool) -> list[str]:
    """Ways to cut the word, those of longer syllables first; with `part` the last one may be the beginning of one."""
    number = NUMBER.match(word)
    if number:
        rest = word[number.end() :]
        return [f"{number[0]} {reading}" for reading in _cut(rest, part)] if rest else [word]
    found = [word] if word in SYLLABLES or (part and word in BEGINNINGS) else []
    for length in range(min(LONGEST, len(word) - 1), 0, -1):
        if word[:length] in SYLLABLES:
            found += [f"{word[:length]} {reading}" for reading in _cut(word[length:], part)]
    return found[:MOST_READINGS]


# pypinyin loads its dictionaries for a third of a second: only who needs readings waits for it.


@functools.lru_cache(maxsize=65536)
def _of_run(run: str) -> tuple[str, str]:
    """Of a run of text that is not ASCII; names repeat theirs."""
    from pypinyin.seg import mmseg

    readings = " ".join(filter(None, (_word_readings(word) for word in mmseg.seg.cut(run))))
    return "".join(reading[0] for reading in readings.split()), readings


@functools.lru_cache(maxsize=65536)
def _word_readings(word: str) -> str:
    """Of one word of pypinyin's own dictionary, which is slow."""
    import pypinyin

    read = (re.sub("[^a-z0-9]", "", part.lower()) for part in pypinyin.lazy_pinyin(word))
    return " ".join(filter(None, read))

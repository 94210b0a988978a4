"""Invented names: no street, compound or community of the real Tongling is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

STEMS = (
    "青枫", "云栖", "丹桂", "松涛", "竹溪", "梅岭", "兰亭", "荷风", "柳岸", "枫桥", "鹿鸣", "鹤汀",
    "望舒", "听泉", "揽月", "沐阳", "锦程", "和顺", "瑞雪", "春晖", "秋实", "晨曦", "夕照", "紫藤",
    "白桦", "银杏", "海棠", "茉莉", "石榴", "芙蓉", "玉兰", "蔷薇", "碧波", "澄江", "清溪", "双桥",
    "古井", "南塘", "北塘", "东篱", "西坞", "长堤", "平川", "高台", "新禾", "稻香", "麦浪", "渔歌",
    "樵风", "书院", "砚池", "墨香", "琴台", "棋盘", "画屏", "诗林", "弘毅", "致远", "明德", "崇文",
    "尚武", "敬业", "同心", "协和", "安居", "乐业", "康泰", "吉祥", "如意", "永宁", "长乐", "太和",
    "兴隆", "昌盛", "勤丰", "富康", "祥云", "彩虹", "朝霞", "星河", "北斗", "启明", "凌云", "飞虹",
    "腾飞", "远航", "归帆", "烟雨", "霁月", "初晴", "百草", "千帆", "万松", "三槐", "五柳", "七星",
    "九畹", "十亩", "锦绣", "繁花", "翠微", "苍梧", "丹枫", "碧桃",
)  # fmt: skip
_UNITS = (
    "机械厂", "纺织厂", "水泥厂", "轴承厂", "化肥厂", "印刷厂",
    "建筑公司", "航运公司", "粮食局", "供电所", "邮电局", "矿务处",
    "冶炼厂", "电机厂", "木材厂", "食品厂", "制药厂", "汽运公司",
    "自来水厂", "勘探队", "设计院", "玻璃厂", "橡胶厂", "农机厂",
    "搪瓷厂", "造船厂", "商业局", "物资局", "水利局", "地质队",
)  # fmt: skip
_ESTATE_ENDS = ("新村", "小区", "里", "苑", "家属区")
_NEW_ENDS = ("花园", "府", "名邸", "华庭", "城", "雅居")
_OLD_ENDS = ("街坊", "巷坊", "里弄", "老街")


def _each(rng: np.random.Generator, stems: tuple[str, ...], ends: tuple[str, ...]) -> list[str]:
    """List every stem with every ending, in mixed order, each stem once before any twice."""
    names: list[str] = []
    for turn in range(len(ends)):
        order = rng.permutation(len(stems))
        names += [stems[at] + ends[(at + turn) % len(ends)] for at in order]
    return names


class StreetNames:
    """A supply of street names that never gives the same one twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Mix the names."""
        self._main = iter(_each(rng, STEMS, ("大道", "路")))
        self._small = iter(_each(rng, STEMS, ("街", "巷", "横路", "东路", "西路", "支路", "北街")))
        self._count = 0

    def take(self, highway: str) -> str:
        """Take the next name that fits the class of street."""
        if highway in ("primary", "secondary", "trunk"):
            return next(self._main)
        self._count += 1
        return next(self._small, f"规划支路{self._count}")


class CompoundNames:
    """A supply of compound names by kind."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Mix the names."""
        self._names = {
            "old_quarter": iter(_each(rng, STEMS, _OLD_ENDS)),
            "work_unit": iter(_each(rng, _UNITS, ("宿舍", "生活区", "一村", "二村", "家属院"))),
            "old_estate": iter(_each(rng, STEMS, _ESTATE_ENDS)),
            "new_estate": iter(_each(rng, STEMS, _NEW_ENDS)),
        }

    def take(self, kind: str) -> str:
        """Take the next name for a kind of compound."""
        return next(self._names[kind])


def community_names(rng: np.random.Generator, count: int) -> list[str]:
    """Invent names of communities (社区)."""
    order = rng.permutation(len(STEMS))[:count]
    return [f"{STEMS[at]}社区" for at in order]

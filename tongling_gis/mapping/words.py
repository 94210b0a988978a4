"""The words of the interactive map, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.text import Lang

PAGE_WORDS: dict[str, Text] = {
    # the page
    "invented": Text("示例数据（虚构）", "Sample data (invented)"),
    "panel": Text("图层与图例", "Layers and legend"),
    "panelToggle": Text("显示或隐藏图层与图例", "Show or hide layers and legend"),
    "map": Text("地图", "Map"),
    "search": Text("搜索", "Search"),
    "searchHint": Text(
        "搜索名称、拼音首字母、社区或编号", "Search by name, pinyin, community or id"
    ),
    "searchResults": Text("搜索结果", "Search results"),
    "searchCount": Text("{n} 条结果", "{n} results"),
    "searchNone": Text("没有找到", "Nothing found"),
    "close": Text("关闭", "Close"),
    "north": Text("北", "N"),
    "northLabel": Text("图上方为北", "North is up"),
    "zoomIn": Text("放大", "Zoom in"),
    "zoomOut": Text("缩小", "Zoom out"),
    "home": Text("回到全图", "Show the whole map"),
    "about": Text("数据来源与计算口径", "Sources and how it was computed"),
    "sources": Text("数据来源", "Sources"),
    "stamp": Text("计算口径", "How it was computed"),
    "dataDate": Text("数据日期", "Date of the data"),
    "catalogueDate": Text("标准目录日期", "Date of the catalogue"),
    "engine": Text("程序版本", "Program version"),
    "notes": Text("说明", "Notes"),
    "noResult": Text(
        "本图没有分析结果，只有数据与档案。", "This map shows data and records, no analysis."
    ),
    "fromZoom": Text("放大后可见", "Shown when zoomed in"),
    # the summary
    "summary": Text("步行覆盖", "Coverage on foot"),
    "within": Text("{n} 分钟内可达", "Reached within {n} min"),
    "withinShort": Text("{n} 分钟", "{n} min"),
    "ofResidents": Text("{a} / {b} 名居民", "{a} of {b} residents"),
    "ofHomes": Text("{a} / {b} 处居民点（人口未知）", "{a} of {b} homes (residents unknown)"),
    "byAge": Text("{n} 分钟内可达，按年龄", "Reached within {n} min, by age"),
    "uncoveredOf": Text("未覆盖 {a} 人", "{a} residents not covered"),
    "uncoveredHomes": Text("未覆盖 {a} 处", "{a} homes not covered"),
    "unknownPlaces": Text(
        "另有 {n} 处居民数未知，未计入", "{n} places of unknown residents are left out"
    ),
    "whyUncovered": Text("未覆盖的原因", "Why not covered"),
    "onlyUncovered": Text("只看未覆盖", "Show only these"),
    "showAll": Text("全部显示", "Show all"),
    "unknown": Text("未知", "Unknown"),
    # two scenarios side by side
    "comparison": Text("方案比较", "Comparison of scenarios"),
    "compareStart": Text("在地图上滑动比较", "Compare on the map"),
    "compareStop": Text("结束比较", "End the comparison"),
    "leftSide": Text("左侧", "Left side"),
    "rightSide": Text("右侧", "Right side"),
    "sideBefore": Text("左", "Left"),
    "sideAfter": Text("右", "Right"),
    "gained": Text("新覆盖", "Gained"),
    "lost": Text("失去覆盖", "Lost"),
    "effect": Text("变化", "Effect"),
    "change": Text("步行时间变化", "Change of the walk"),
    "homesShort": Text("处", "homes"),
    "changesOf": Text("“{name}”的变更", "Changes of {name}"),
    "swipe": Text("左右移动分界线", "Move the line between the two sides"),
    "swipeAt": Text("左 {a} {n}%，右 {b}", "left {a} {n}%, right {b}"),
    # checks of enclosures
    "enclosureCheck": Text("围合检查", "Check of enclosures"),
    "enclosure": Text("围合", "Enclosure"),
    "checkShow": Text("在地图上查看", "Show on the map"),
    "checkHide": Text("收起", "Hide"),
    "verdict": Text("结论", "Verdict"),
    "verdict_fail": Text("不符合", "Fails"),
    "verdict_advice": Text("未达建议", "Misses an advice"),
    "placesOf": Text("{n} 处", "at {n} places"),
    "placeOf": Text("第 {a} 处，共 {b} 处", "{a} of {b} places"),
    "previous": Text("上一处", "Previous"),
    "next": Text("下一处", "Next"),
    "verdict_unknown": Text("无法判定", "Unknown"),
    "verdict_pass": Text("符合", "Passes"),
    "verdict_not_applicable": Text("不适用", "Not applicable"),
    "notChecked": Text("未检查", "Not checked"),
    "measured": Text("实测", "Measured"),
    "limit": Text("限值", "Limit"),
    "clause": Text("条文", "Clause"),
    "severity": Text("效力", "Force"),
    "confidence": Text("依据", "Reading"),
    "advice": Text("建议", "Advice"),
    "overridden": Text("放行", "Let pass"),
    "noPlace": Text("没有具体位置", "At no single place"),
    "noFindings": Text("没有这类结论。", "There are none of these."),
    "gate": Text("大门", "Gate"),
    "walksChange": Text("居民步行的变化", "Change of residents' walks"),
    # hours of the week
    "openingWeek": Text("开放时段", "Opening hours"),
    "workingDay": Text("工作日", "Working day"),
    "evening": Text("工作日晚间", "Weekday evening"),
    "weekend": Text("周末", "Weekend"),
    "holiday": Text("节假日", "Holiday"),
    "day": Text("日期", "Day"),
    "hour": Text("时", "Hour"),
    "anyTime": Text("不限时刻", "Any time"),
    "anyTimeSaid": Text(
        "选一个时段，只看那时开放的中心及其等时圈。",
        "Choose an hour to see the centres open then and their isochrones only.",
    ),
    "hourOf": Text("{day} {from}–{to}", "{day} {from}–{to}"),
    "openCount": Text("{b} 个中心中 {a} 个开放", "{a} of {b} centres open"),
    "unknownCount": Text("，{n} 个未知", ", {n} not known"),
    "reachOpen": Text(
        "{n} 分钟内可达开放的中心：{share} 的{who}",
        "Within {n} min of an open centre: {share} of {who}",
    ),
    "atLeast": Text("{a} 至 {b}", "{a} to {b}"),
    "heatTitle": Text("一周各时段（{n} 分钟内）", "The week by the hour (within {n} min)"),
    "heatLabel": Text(
        "各时段 {n} 分钟内可达开放中心的{who}占比",
        "Share of {who} within {n} min of an open centre, by day and hour",
    ),
    "whoResidents": Text("居民", "residents"),
    "whoHomes": Text("居民点（人口未知）", "homes (residents unknown)"),
    "hatchedUnknown": Text("斜线：含开放时间未知的中心", "hatched: hours of some unknown"),
    "asTable": Text("以表格显示", "As a table"),
    "moment": Text("时刻", "Moment"),
    "statesAt": Text("附近中心是否开放（{at}）", "Whether a centre near is open ({at})"),
    "shutThen": Text("此时未开放", "Shut then"),
    "unknownThen": Text("此时是否开放未知", "Not known whether open then"),
    # layers
    "coverage": Text("居民到最近中心的步行时间", "Residents' walk to the nearest centre"),
    "isochrones": Text("等时圈（合并）", "Isochrones (dissolved)"),
    "isochroneOf": Text("{n} 分钟等时圈", "Area within {n} min"),
    "unrated": Text("未评星", "Unrated"),
    "starsShort": Text("{n} 星", "{n}-star"),
    # the table beside the map, and filters
    "table": Text("表格", "Table"),
    "filterHint": Text("筛选名称、拼音、社区", "Filter by name, pinyin"),
    "anyOf": Text("{what}：全部", "{what}: all"),
    "pair": Text("{a}：{b}", "{a}: {b}"),
    "withoutOne": Text("未登记", "None recorded"),
    "onlyInView": Text("只列图中所见", "Only what is in view"),
    "listed": Text("{a} / {b} 条", "{a} of {b}"),
    "filtered": Text("已筛选", "Filtered"),
    "clearFilters": Text("清除筛选", "Clear filters"),
    "stars": Text("星级", "Stars"),
    "reachWithin": Text("{n} 分钟可达", "Within {n} min"),
    "reachAll": Text("全部可达", "All residents"),
    "reachSome": Text("部分可达", "Some residents"),
    "reachNone": Text("都不可达", "No resident"),
    "nearestShort": Text("就近居民", "Nearest to"),
    "walkShort": Text("步行（分）", "Walk (min)"),
    # drawing a boundary
    "draw": Text("绘制边界", "Draw a boundary"),
    "drawFromCard": Text("以此绘制边界", "Draw from this outline"),
    "drawRing": Text("画一圈", "Draw a ring"),
    "drawFinish": Text("完成这一圈", "Close the ring"),
    "undo": Text("撤销", "Undo"),
    "redo": Text("重做", "Redo"),
    "remove": Text("删除", "Remove"),
    "drawClear": Text("清空", "Clear"),
    "drawSnap": Text("吸附到边线、围墙与道路", "Snap to outlines, walls and streets"),
    "drawBasedOn": Text("以“{name}”的边界为底", "Based on the outline of {name}"),
    "drawFromNothing": Text("新边界", "A new boundary"),
    "drawTitle": Text("围合边界", "Enclosure"),
    "drawTitleOf": Text("{name} 围合边界", "Enclosure of {name}"),
    "drawHintStart": Text(
        "点“画一圈”开始，或从小区卡片点“以此绘制边界”。",
        "Begin with “Draw a ring”, or with “Draw from this outline” on a compound's card.",
    ),
    "drawHintRing": Text(
        "在地图上依次点出各个角，点第一个角或按回车闭合，Esc 放弃。圈内再画一圈即为挖空。",
        "Click the corners one by one; click the first or press Enter to close, Esc to give up. "
        "A ring within a ring is a hole.",
    ),
    "drawHintEdit": Text(
        "拖动方块移动角点，拖动小圆点加角点，双击或按 Delete 删除；方向键每次移动 1 米。",
        "Drag squares to move corners and dots to add them; double-click or Delete removes; "
        "arrow keys move by 1 m.",
    ),
    "drawHintGate": Text("在边界上点一下放置大门。", "Click on the boundary to place the gate."),
    "drawCorner": Text("角点 {n}", "Corner {n}"),
    "drawMiddle": Text("在此加角点", "Add a corner here"),
    "drawArea": Text("面积", "Area"),
    "drawLength": Text("边界长", "Length"),
    "drawCorners": Text("角点数", "Corners"),
    "hectares": Text("公顷", "ha"),
    "metres": Text("米", "m"),
    "drawGates": Text("大门", "Gates"),
    "gate_vehicle": Text("车行门", "Vehicle gate"),
    "gate_pedestrian": Text("人行门", "Pedestrian gate"),
    "gate_fire_only": Text("消防专用门", "Fire-only gate"),
    "gateKind": Text("大门类型", "Kind of gate"),
    "gateWidth": Text("净宽（米）", "Clear width (m)"),
    "gateHeight": Text("净高（米）", "Clear height (m)"),
    "gateHours": Text("开放时间", "Hours"),
    "gateOffBoundary": Text(
        "这里离边界太远，请点在边界上。", "Too far from the boundary: click on it."
    ),
    "drawFile": Text("保存", "Save"),
    "drawName": Text("名称", "Name"),
    "drawAuthor": Text("绘制人", "Drawn by"),
    "drawNote": Text("说明", "Note"),
    "drawDownload": Text("下载 GeoJSON", "Download GeoJSON"),
    "drawOpen": Text("打开文件…", "Open a file…"),
    "drawNext": Text(
        "下载的文件可用 tongling-gis enclosure check 检查。",
        "The file is for tongling-gis enclosure check.",
    ),
    "drawSaved": Text(
        "已下载“{file}”。接着检查：tongling-gis enclosure check {file} -p 项目文件夹",
        "Downloaded {file}. Check it: tongling-gis enclosure check {file} -p PROJECT",
    ),
    "drawDiscard": Text(
        "当前的边界还没有下载，要放弃它吗？", "The boundary was not downloaded yet. Discard it?"
    ),
    "drawNothing": Text("还没有画边界。", "There is no boundary yet."),
    "drawTooSmall": Text("有一圈不足三个角或小于 1 平方米。", "A ring has no area."),
    "drawCrosses": Text(
        "边界在红圈处自相交叉，请先改正。",
        "The boundary crosses itself at the red circle: mend it first.",
    ),
    "drawNotGeoJson": Text("这不是 GeoJSON 文件。", "This is no GeoJSON file."),
    "drawNoArea": Text("文件里没有面。", "The file holds no area."),
    "drawNotDegrees": Text(
        "坐标不是经纬度（WGS 84），请先转换。",
        "The coordinates are not degrees of WGS 84: convert them first.",
    ),
    "drawWrongCrs": Text(
        "文件的坐标系是 {crs}，需要 WGS 84。", "The file is in {crs}, but WGS 84 is needed."
    ),
    # print, and the small version
    "print": Text("打印", "Print"),
    "printNow": Text("打印或存为 PDF", "Print or save as PDF"),
    "printBack": Text("返回", "Back"),
    "highContrast": Text("高对比度", "High contrast"),
    "openFullMap": Text("打开完整地图", "Open the full map"),
    "hintWheel": Text("按住 Ctrl 滚动可缩放地图", "Hold Ctrl and scroll to zoom the map"),
    "hintFingers": Text("用两指移动地图", "Use two fingers to move the map"),
    # base maps
    "baseMaps": Text("网络底图", "Base maps from the web"),
    "baseOwn": Text("本图自带（离线）", "This map's own (offline)"),
    "baseKey": Text("密钥", "Key"),
    "baseKeyHint": Text("天地图密钥（tk），只存本机", "Tianditu key, kept in this browser"),
    "baseNeedsKey": Text("请先填写天地图密钥。", "Type your Tianditu key first."),
    "baseFailed": Text(
        "{name} 没有响应（可能没有网络），已恢复本图自带底图。",
        "{name} does not answer (no network?); this map's own ground is back.",
    ),
    "baseFailedKey": Text(
        "{name} 没有响应（没有网络，或密钥无效），已恢复本图自带底图。",
        "{name} does not answer (no network, or the key is wrong); this map's own ground is back.",
    ),
    # a home
    "home1": Text("居民点", "Home"),
    "walk": Text("步行 {n}", "{n} on foot"),
    "minutes": Text("{n} 分钟", "{n} min"),
    "minutesSeconds": Text("{m} 分 {s} 秒", "{m} min {s} s"),
    "nearestCentre": Text("最近的邻里中心", "Nearest centre"),
    "noCentre": Text("没有可步行到达的中心", "No centre is reached on foot"),
    "residents": Text("居民", "Residents"),
    "inCompound": Text("所在小区", "Compound"),
    "homes": Text("居民点", "Homes"),
    "reason": Text("原因", "Why"),
    # cards
    "locate": Text("在地图上定位", "Show on the map"),
    "fullRecord": Text("完整档案", "Full record"),
    "backToPlace": Text("回到地图上的位置", "Back to the place on the map"),
    "noRelated": Text("没有相关记录。", "There are no related records."),
    "heldByMonth": Text("各月活动场次", "Activities by month"),
    "spentByYear": Text("各年认领项目金额（元）", "Claimed projects by year (yuan)"),
    "copyLink": Text("复制链接", "Copy link"),
    "copied": Text("已复制", "Copied"),
    "facts": Text("基本情况", "Facts"),
    "noFacts": Text("档案中没有其他内容。", "The record holds nothing else."),
    "reach": Text("步行可达", "Reach on foot"),
    "nearestOf": Text("以本中心为最近中心的居民", "Residents for whom this centre is the nearest"),
    "nearestHomes": Text(
        "以本中心为最近中心的居民点", "Homes for which this centre is the nearest"
    ),
    "areaWithin": Text("{n} 分钟等时圈面积", "Area within {n} min"),
    "km2": Text("平方公里", "km²"),
    "compoundsServed": Text("就近服务的小区", "Compounds served as the nearest"),
    "compoundWalk": Text("平均步行 {n}", "{n} on average"),
    "coveredShare": Text("{n} 分钟内可达的居民", "Residents within {n} min"),
    "coveredHomesShare": Text("{n} 分钟内可达的居民点", "Homes within {n} min"),
    "ratings": Text("星级评定", "Star ratings"),
    "activities": Text("活动", "Activities"),
    "activitiesSum": Text(
        "{n} 场，{a} 人次（{from} 至 {to}）", "{n} held, {a} visits ({from} to {to})"
    ),
    "byMonth": Text("各月参与人次", "Visits by month"),
    "activityKind": Text("类型", "Kind"),
    "activityCount": Text("场次", "Held"),
    "activityVisits": Text("人次", "Visits"),
    "services": Text("五保服务", "The five services"),
    "serviceUnknown": Text("未登记", "Not recorded"),
    "company": Text("物业企业", "Property company"),
    "noCompany": Text("未登记物业企业", "No property company recorded"),
    "pastDue": Text("已过期", "overdue"),
    "blacklisted": Text("已列入黑名单", "Blacklisted"),
    "blacklistedWhy": Text("已列入黑名单：{why}", "Blacklisted: {why}"),
    "manages": Text("管理的小区", "Compounds it manages"),
    "alsoManages": Text("该企业管理的其他小区", "Other compounds of the company"),
    "assessments": Text("季度考核", "Quarterly assessments"),
    "satisfaction": Text("满意度", "Satisfaction"),
    "score": Text("得分", "Score"),
    "trend": Text("{what}：{from} 至 {to}", "{what}: {from} to {to}"),
    "alliance": Text("党建联盟", "Party-building alliance"),
    "allianceCentres": Text("联盟内的邻里中心", "Centres of the alliance"),
    "allianceCompounds": Text("联盟内的小区", "Compounds of the alliance"),
    "projects": Text("认领项目", "Claimed projects"),
    "total": Text("合计", "Total"),
    "centre": Text("邻里中心", "Neighbourhood centre"),
    "compound": Text("小区", "Compound"),
    "dangling": Text("{id}（没有这条档案）", "{id} (no such record)"),
    "notFound": Text("没有这条档案：{id}", "There is no such record: {id}"),
    "more": Text("其余 {n} 条", "{n} more"),
    "yes": Text("是", "Yes"),
    "no": Text("否", "No"),
    "withoutPlace": Text("没有坐标，地图上不显示", "Has no coordinates, so it is not on the map"),
    "noScript": Text(
        "请在浏览器中允许脚本后再打开本页。", "Allow scripts in your browser to open this page."
    ),
}

UNITS: dict[str, Text] = {
    "m": Text("米", "m"),
    "m2": Text("平方米", "m²"),
    "yuan": Text("元", "yuan"),
    "yuan/m2/month": Text("元/平方米·月", "yuan/m²/month"),
    "%": Text("%", "%"),
    "s": Text("秒", "s"),
}
"""Units as they are written after a number."""

_DAYS: dict[str, Text] = {
    "Mo": Text("周一", "Mon"),
    "Tu": Text("周二", "Tue"),
    "We": Text("周三", "Wed"),
    "Th": Text("周四", "Thu"),
    "Fr": Text("周五", "Fri"),
    "Sa": Text("周六", "Sat"),
    "Su": Text("周日", "Sun"),
    "PH": Text("法定节假日", "public holidays"),
    "SH": Text("学校假期", "school holidays"),
    "off": Text("不开放", "closed"),
    "closed": Text("不开放", "closed"),
}
_WORD = re.compile(r"[A-Za-z]+")
_DAY_RANGE = re.compile(r"(?<=[a-z])\s*-\s*(?=[A-Z])")


def describe_hours(written: str, lang: Lang) -> str:
    """Say opening hours of OpenStreetMap's syntax in words; anything else is left as it is.

    >>> describe_hours("Mo-Fr,PH 08:30-21:30; Sa off", "zh")
    '周一至周五、法定节假日 08:30–21:30；周六 不开放'
    >>> describe_hours("周一至周日 8 点到 21 点", "zh")
    '周一至周日 8 点到 21 点'
    """
    if written.strip() == "24/7":
        return Text("全天开放", "Open day and night").in_lang(lang)
    if any(word not in _DAYS for word in _WORD.findall(written)):
        return written
    ranged = _DAY_RANGE.sub("至" if lang == "zh" else "-", written)
    said = _WORD.sub(lambda day: _DAYS[day[0]].in_lang(lang), ranged)
    said = re.sub(r"(?<=\d)-(?=\d)", "–", said)
    if lang == "zh":
        return re.sub(r"\s*;\s*", "；", re.sub(r"\s*,\s*", "、", said))
    return re.sub(r",\s*", ", ", said)

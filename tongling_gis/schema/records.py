"""Record tables: what is known of centres, compounds, companies and alliances over time."""

from __future__ import annotations

from tongling_gis.schema.columns import (
    COMMUNITY,
    STAR_DIMENSIONS,
    choice,
    count,
    day,
    flag,
    key,
    link,
    noted,
    number,
    period,
    score,
    text,
)
from tongling_gis.schema.model import Column, Table
from tongling_gis.text import Text

CREDIT_KINDS = {
    "praise": Text("加分", "Points added"),
    "fault": Text("扣分", "Points taken"),
}
MENDING_STATES = {
    "open": Text("整改中", "Being mended"),
    "done": Text("已完成", "Done"),
    "checked": Text("已复查", "Checked"),
}
DECISIONS = {
    "approved": Text("批准", "Approved"),
    "returned": Text("退回修改", "Returned"),
    "rejected": Text("不批准", "Rejected"),
}

_CENTRE = link("centre_id", "中心编号", "Centre id", "centres", "邻里中心编号", required=True)
_COMPOUND = link("compound_id", "小区编号", "Compound id", "compounds")
_OWN_COMPOUND = link("compound_id", "小区编号", "Compound id", "compounds", required=True)
_COMPANY = link("company_id", "物业企业编号", "Company id", "companies", "企业编号")
_OWN_COMPANY = link(
    "company_id", "物业企业编号", "Company id", "companies", "企业编号", required=True
)
_ALLIANCE = link("alliance_id", "联盟编号", "Alliance id", "alliances", "党建联盟编号")
_OWN_ALLIANCE = link(
    "alliance_id", "联盟编号", "Alliance id", "alliances", "党建联盟编号", required=True
)
_NOTE = text("note", "备注", "Note")

_OF_CENTRES = (
    Table(
        "centre_rooms",
        Text("功能室", "Rooms of centres"),
        "",
        "room_id",
        (
            key("room_id", "功能室编号", "Room id"),
            _CENTRE,
            text("name", "名称", "Name", "功能室名称"),
            text("use", "用途", "Use"),
            number("area_m2", "面积", "Area", "m2"),
            count("seats", "座位数", "Seats"),
            _NOTE,
        ),
    ),
    Table(
        "star_ratings",
        Text("星级评定", "Star ratings"),
        "",
        "rating_id",
        (
            key("rating_id", "评定编号", "Rating id"),
            _CENTRE,
            day("date", "评定日期", "Date", required=True),
            *(score(name, label) for name, label in STAR_DIMENSIONS.items()),
            Column("stars", Text("星级", "Stars"), "integer", minimum=1, maximum=5),
            noted(
                number("grant_yuan", "奖补资金", "Grant", "yuan"),
                "五星 40000 元，四星 25000 元，三星 10000 元；其他为 0。",
                "40,000 yuan for five stars, 25,000 for four, 10,000 for three, else 0.",
            ),
        ),
    ),
    Table(
        "fundings",
        Text("经费记录", "Project funding"),
        "",
        "funding_id",
        (
            key("funding_id", "经费编号", "Funding id"),
            _CENTRE,
            day("date", "拨付日期", "Date", required=True),
            text("source", "资金来源", "Source"),
            text("purpose", "用途", "Purpose"),
            number("amount_yuan", "金额", "Amount", "yuan", "拨付金额"),
            number("spent_yuan", "已支出", "Spent", "yuan", "支出金额"),
            _NOTE,
        ),
    ),
    Table(
        "activities",
        Text("活动", "Activities"),
        "",
        "activity_id",
        (
            key("activity_id", "活动编号", "Activity id"),
            _CENTRE,
            day("date", "日期", "Date", required=True),
            text("kind", "活动类型", "Kind"),
            text("audience", "对象", "Audience"),
            count("attendance", "参与人数", "Attendance"),
        ),
    ),
)

_OF_COMPOUNDS = (
    Table(
        "companies",
        Text("物业企业", "Property companies"),
        "",
        "company_id",
        (
            key("company_id", "企业编号", "Company id", "物业企业编号"),
            text("name", "名称", "Name", "企业名称"),
            number("credit_score", "信用分", "Credit score", ""),
            flag("blacklisted", "列入黑名单", "Blacklisted", "黑名单"),
            text("blacklist_reason", "列入原因", "Why blacklisted"),
            text("phone", "电话", "Phone", "联系电话"),
        ),
    ),
    Table(
        "credit_records",
        Text("信用记录", "Credit records"),
        "",
        "record_id",
        (
            key("record_id", "信用记录编号", "Credit record id"),
            _OWN_COMPANY,
            day("date", "日期", "Date", required=True),
            choice("kind", "加分或扣分", "Added or taken", CREDIT_KINDS),
            number("points", "分值", "Points", ""),
            text("reason", "事由", "Reason"),
            _COMPOUND,
        ),
    ),
    Table(
        "compound_assessments",
        Text("季度考核", "Quarterly assessments"),
        "",
        "assessment_id",
        (
            key("assessment_id", "考核编号", "Assessment id"),
            _OWN_COMPOUND,
            _COMPANY,
            noted(
                period("quarter", "季度", "Quarter", "quarter"),
                "写成 2025Q3。",
                "Write 2025Q3.",
            ),
            score("score", Text("得分", "Score")),
            Column(
                "satisfaction_pct",
                Text("居民满意度", "Residents' satisfaction"),
                "number",
                "%",
                minimum=0,
                maximum=100,
                aliases=("满意度",),
            ),
            Column("rank", Text("排名", "Rank"), "integer", minimum=1),
            noted(
                number("reward_yuan", "奖励金额", "Reward", "yuan"),
                "每季度前六名有奖励。",
                "The first six of a quarter are rewarded.",
            ),
            _NOTE,
        ),
    ),
    Table(
        "interviews",
        Text("约谈记录", "Interviews"),
        "",
        "interview_id",
        (
            key("interview_id", "约谈编号", "Interview id"),
            _COMPANY,
            _COMPOUND,
            day("date", "约谈日期", "Date", required=True),
            text("reason", "约谈原因", "Reason"),
            text("result", "约谈结果", "Result"),
        ),
    ),
    Table(
        "mending_orders",
        Text("整改通知", "Orders to mend"),
        "",
        "order_id",
        (
            key("order_id", "整改编号", "Order id"),
            _OWN_COMPOUND,
            _COMPANY,
            day("date", "下达日期", "Date", required=True),
            text("content", "整改内容", "What to mend"),
            day("due", "整改期限", "Due"),
            day("done", "完成日期", "Done on"),
            choice("status", "状态", "Status", MENDING_STATES),
        ),
    ),
    Table(
        "blacklist",
        Text("黑名单", "Blacklist"),
        "",
        "entry_id",
        (
            key("entry_id", "黑名单编号", "Entry id"),
            _OWN_COMPANY,
            day("date", "列入日期", "Listed on", required=True),
            text("reason", "列入原因", "Reason"),
            day("until", "到期日期", "Until"),
            day("lifted", "移出日期", "Lifted on"),
        ),
    ),
    Table(
        "enclosure_approvals",
        Text("围合审批", "Enclosure approvals"),
        "",
        "approval_id",
        (
            key("approval_id", "审批编号", "Approval id"),
            link("draft_id", "方案编号", "Draft id", "enclosure_drafts", required=True),
            day("date", "审批日期", "Date", required=True),
            text("approver", "审批人", "Approver"),
            choice("decision", "审批结果", "Decision", DECISIONS),
            text("overrides", "破例事项与理由", "Findings overridden, and why"),
            _NOTE,
        ),
    ),
)

_OF_ALLIANCES = (
    Table(
        "alliances",
        Text("党建联盟", "Party-building alliances"),
        "",
        "alliance_id",
        (
            key("alliance_id", "联盟编号", "Alliance id", "党建联盟编号"),
            text("name", "名称", "Name", "联盟名称"),
            COMMUNITY,
            count("units", "成员单位数", "Member units", "成员单位"),
            count("members", "报到党员数", "Members reporting", "报到党员"),
            text("president_unit", "轮值主席单位", "President unit"),
        ),
    ),
    Table(
        "alliance_units",
        Text("联盟单位", "Units of alliances"),
        "",
        "unit_id",
        (
            key("unit_id", "单位编号", "Unit id"),
            _OWN_ALLIANCE,
            text("name", "单位名称", "Name", required=True),
            text("kind", "单位类型", "Kind"),
            count("members", "报到党员数", "Members reporting"),
            text("contact", "联系人", "Contact"),
            text("phone", "电话", "Phone", "联系电话"),
        ),
    ),
    Table(
        "council_terms",
        Text("理事会任期", "Council terms"),
        "",
        "term_id",
        (
            key("term_id", "任期编号", "Term id"),
            _OWN_ALLIANCE,
            noted(
                day("start", "任期起", "Starts", required=True),
                "理事会每届任期三年。",
                "A council's term is three years.",
            ),
            day("end", "任期止", "Ends"),
            text("president_unit", "理事长单位", "President unit"),
            _NOTE,
        ),
    ),
    Table(
        "alliance_meetings",
        Text("联盟会议", "Meetings of alliances"),
        "",
        "meeting_id",
        (
            key("meeting_id", "会议编号", "Meeting id"),
            _OWN_ALLIANCE,
            noted(
                day("date", "会议日期", "Date", required=True),
                "每季度至少一次。",
                "At least one a quarter.",
            ),
            text("topic", "议题", "Topic"),
            count("attendance", "参会人数", "Attendance"),
            text("decisions", "议定事项", "What was decided"),
        ),
    ),
    Table(
        "alliance_rotation",
        Text("联盟轮值", "Rotation of alliances"),
        "",
        "turn_id",
        (
            key("turn_id", "轮值编号", "Turn id"),
            _OWN_ALLIANCE,
            noted(
                period("month", "轮值月份", "Month", "month"),
                "写成 2026-03，每月一个单位。",
                "Write 2026-03; one unit a month.",
            ),
            text("unit", "轮值单位", "Unit", required=True),
            text("work", "轮值工作", "What was done"),
        ),
    ),
    Table(
        "claimed_projects",
        Text("认领项目", "Claimed projects"),
        "",
        "project_id",
        (
            key("project_id", "项目编号", "Project id"),
            _ALLIANCE,
            _COMPOUND,
            text("name", "项目名称", "Project"),
            text("need", "居民需求", "Need raised", "需求"),
            text("raised_by", "提出人", "Raised by"),
            day("raised_on", "提出日期", "Date raised"),
            text("claimed_by", "认领单位", "Claimed by"),
            day("date", "认领日期", "Date claimed"),
            noted(
                number("cost_yuan", "金额", "Cost", "yuan", "预算金额"),
                "每个项目 1000 至 5000 元；超出的会在汇总中列出。",
                "1,000 to 5,000 yuan a project; others are listed in the summary.",
            ),
            number("spent_yuan", "已支出", "Spent", "yuan", "支出金额"),
            text("status", "状态", "Status"),
            day("finished_on", "完成日期", "Date finished"),
        ),
    ),
)

RECORD_TABLES = (*_OF_CENTRES, *_OF_COMPOUNDS, *_OF_ALLIANCES)

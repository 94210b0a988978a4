"""Rows looked at before they are believed: text, ids, links, cells, headings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from tongling_gis.errors import SchemaError
from tongling_gis.importers.cells import is_missing, plain, write_cell
from tongling_gis.importers.checks import check_rows, list_shown, require_columns
from tongling_gis.importers.encodings import find_mojibake
from tongling_gis.importers.headings import match_headings
from tongling_gis.importers.report import say_row
from tongling_gis.importers.symptoms import Symptom
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tongling_gis.importers.headings import Matching
    from tongling_gis.importers.opened import Opened
    from tongling_gis.schema import Column, Table

_MIXED = Text(
    "文件中混有 {encoding} 编码的文字（{count} 个值与多数不同）",
    "Text in {encoding} stands in one file ({count} values differ from the most)",
)
_ONE_BY_ONE = Text(
    "导入时逐值解码；请核对中文，如有乱码用 --encoding 指定",
    "The import decodes each value on its own; check the Chinese, and give --encoding if wrong",
)
_ENCODING = Text(
    "没有说明文字编码，按内容判断为 {encoding}",
    "The encoding is not said; the text was found to be {encoding}",
)
_BROKEN = Text("残缺的文字：{values}", "Text that is cut or garbled: {values}")
_RETYPE = Text("导入时去掉残缺的字，请补正", "The import drops the broken letters: mend the text")
_MOJIBAKE = Text(
    "文字在来源处已成乱码：“{value}”应为“{right}”",
    "The text was garbled before it was saved: {value!r} should be {right!r}",
)
_EXPORT_AGAIN = Text(
    "请从来源处用正确的编码重新导出；导入时不会改动",
    "Export it again in the right encoding; the import does not change it",
)
_SAID = Text("导入时照此处理", "The import does so")
_NO_ROWS = Text("{reason}：{rows}", "{reason}: {rows}")
_NOT_TAKEN = Text(
    "导入时不作为数据行，并记入报告", "The import does not take them as rows, and reports them"
)
_MISSING_IDS = Text("缺少编号：{rows}", "Without an id: {rows}")
_FILL_IDS = Text(
    "导入时会拒绝这些行，请补上编号", "The import refuses these rows: fill in their ids"
)
_TWICE = Text("编号重复：{ids}", "Ids that stand more than once: {ids}")
_FIRST_STANDS = Text(
    "导入时保留每个编号的第一行，拒绝其余；请改为不同的编号",
    "The import keeps the first row of each and refuses the others: give them ids of their own",
)
_NO_IDS = Text("没有编号列", "It has no column of ids")
_MAKE_IDS = Text(
    "导入时按图形和名称生成编号；记录表无法与之关联，建议补上编号列",
    "The import makes ids from shape and name; records cannot link to them, so better add ids",
)
_SPACES = Text("编号含空格或全角字符：{ids}", "Ids with spaces or full-width letters: {ids}")
_WILL_TRIM = Text(
    "导入时去掉空格并改为半角", "The import takes the spaces off and writes them plainly"
)
_KINDS = Text("编号有的是数字、有的是文本：{ids}", "Some ids are numbers, some are text: {ids}")
_ZEROS = Text(
    "导入时一律作文本；若数字丢了前导零（007 变成 7），请在 Excel 中改为文本格式",
    "The import takes all as text; if numbers lost leading zeros (007 became 7), format as text",
)
_DANGLING = Text(
    "{count} 个值在“{other}”中不存在：{values}", "{count} values are not in {other}: {values}"
)
_CHECK_KEYS = Text(
    "请核对编号，或先导入缺少的“{other}”", "Check the ids, or import the missing {other} first"
)
_WOULD_JOIN = Text(
    "去掉空格、全角和前导零的差别后，{count} 个可以对上（如“{value}”应为“{right}”），请统一写法",
    "Without differences in spaces, full-width letters and leading zeros, {count} would join"
    " ({value!r} should be {right!r}): write them alike",
)
_BAD_CELLS = Text("{count} 个单元格：{example}", "{count} cells: {example}")
_WILL_NOTE = Text("导入时逐个记入报告", "The import notes each in its report")
_UNKNOWN = Text("不认识的列：{headings}", "Columns that are not known: {headings}")
_KEPT_TAGS = Text(
    "导入时存入“其他标签”；若是列名写法不同，请改为表头规定的名称",
    "The import keeps them among the other tags; if a known one is meant, use its heading",
)
_DROPPED = Text(
    "导入时不保留；若是列名写法不同，请改为表头规定的名称",
    "The import leaves them out; if a known one is meant, use its heading",
)
_ADD_COLUMN = Text("请补上该列后再导入", "Add the column before the import")


def examine_text(opened: Opened, *, said: bool) -> list[Symptom]:
    """Look at encodings, broken and garbled text.

    Args:
        opened: The layer or sheet.
        said: Whether the file, or its format, says its encoding.
    """
    found = []
    if "+" in opened.encoding:
        what = _MIXED.fill(encoding=opened.encoding, count=opened.strays)
        found.append(
            Symptom("mixed_encoding", opened.part, what, _ONE_BY_ONE, "warning", opened.strays)
        )
    elif not said and opened.encoding not in {"", "ASCII"}:
        what = _ENCODING.fill(encoding=opened.encoding)
        found.append(Symptom("encoding_found", opened.part, what, _ONE_BY_ONE, "note"))
    if opened.repaired:
        rows = [f"{opened.row_names[k]} {heading}" for k, heading, _ in opened.repaired]
        what = _BROKEN.fill(values=list_shown(rows))
        found.append(Symptom("broken_text", opened.part, what, _RETYPE, "warning", len(rows)))
    garbled = [(value, right) for value in _texts(opened) if (right := find_mojibake(value))]
    if garbled:
        what = _MOJIBAKE.fill(value=garbled[0][0], right=garbled[0][1])
        found.append(Symptom("mojibake", opened.part, what, _EXPORT_AGAIN, "error", len(garbled)))
    return found


def _texts(opened: Opened) -> set[str]:
    values = {str(heading) for heading in opened.rows.columns}
    for k in range(opened.rows.shape[1]):
        values |= {value for value in opened.rows.iloc[:, k] if isinstance(value, str)}
    return values


def examine_rows(
    opened: Opened, table: Table | None, *, keys: Mapping[str, set[str]]
) -> list[Symptom]:
    """Look at ids, links, cells and headings.

    Args:
        opened: The layer or sheet.
        table: What it is taken for; None where that is not known.
        keys: Table -> keys that a link may lead to.
    """
    found = [Symptom("said", opened.part, word, _SAID, "note") for word in opened.warnings]
    found += _find_no_rows(opened)
    if table is None:
        return found
    headings = [str(heading) for heading in opened.rows.columns]
    matching = match_headings(table, headings, cut_short=opened.cut_short)
    found += _find_bad_ids(opened, table, matching)
    for column in table.columns:
        target = _leads_to(column, table, opened)
        if column.name in matching.columns and target in keys:
            cells = opened.rows[matching.columns[column.name]].tolist()
            found += _find_dangling(
                opened, matching.columns[column.name], cells, keys[target], target
            )
    return found + _find_bad_cells(opened, table, matching)


def _leads_to(column: Column, table: Table, opened: Opened) -> str:
    """Name the table that a column's values must be in: also a layer's own, in a sheet about it."""
    if column.refers_to:
        return column.refers_to
    about = bool(table.shape) and opened.shapes is None and column.name == table.key
    return table.name if about else ""


def _find_no_rows(opened: Opened) -> list[Symptom]:
    rows: dict[Text, list[str]] = {}
    for name, reason in opened.refused:
        rows.setdefault(reason, []).append(name)
    return [
        Symptom(
            "not_rows",
            opened.part,
            _NO_ROWS.fill(reason=reason, rows=list_shown(names)),
            _NOT_TAKEN,
            "note",
            len(names),
        )
        for reason, names in rows.items()
    ]


def _find_bad_ids(opened: Opened, table: Table, matching: Matching) -> list[Symptom]:
    heading = matching.columns.get(table.key)
    if heading is None:
        needed = [] if not table.shape else [Symptom("no_ids", opened.part, _NO_IDS, _MAKE_IDS)]
        return needed if len(opened.rows) else []
    where = _place(opened, heading)
    cells = opened.rows[heading].tolist()
    found = []
    lost = [opened.row_names[k] for k, cell in enumerate(cells) if is_missing(cell)]
    if lost:
        what = _MISSING_IDS.fill(rows=list_shown(lost))
        found.append(Symptom("missing_ids", where, what, _FILL_IDS, "error", len(lost)))
    counted = Counter(plain(cell) for cell in cells if not is_missing(cell))
    twice = {key: count for key, count in counted.items() if count > 1}
    if twice:
        ids = list_shown([f"{key}×{count}" for key, count in twice.items()])
        extra = sum(twice.values()) - len(twice)
        what = _TWICE.fill(ids=ids)
        found.append(Symptom("duplicate_ids", where, what, _FIRST_STANDS, "error", extra))
    return found + _find_odd_keys(where, cells)


def _find_odd_keys(where: str, cells: Iterable[Any]) -> list[Symptom]:
    written = [cell for cell in cells if not is_missing(cell)]
    odd = [repr(cell) for cell in written if isinstance(cell, str) and cell != plain(cell)]
    found = []
    if odd:
        what = _SPACES.fill(ids=list_shown(odd))
        found.append(Symptom("key_spaces", where, what, _WILL_TRIM, "warning", len(odd)))
    numbers = [cell for cell in written if not isinstance(cell, str)]
    if numbers and len(numbers) < len(written):
        mixed = [write_cell(cell) for cell in numbers]
        what = _KINDS.fill(ids=list_shown(mixed))
        found.append(Symptom("key_kinds", where, what, _ZEROS, "warning", len(mixed)))
    return found


def _find_dangling(
    opened: Opened, heading: str, cells: list[Any], known: set[str], target: str
) -> list[Symptom]:
    """Find links to nothing, and those that would lead somewhere if written alike."""
    values = dict.fromkeys(plain(cell) for cell in cells if not is_missing(cell))
    lost = [value for value in values if value not in known]
    if not lost:
        return []
    other = TABLES[target].label
    alike = {_loosely(key): key for key in known}
    near = [(value, alike[_loosely(value)]) for value in lost if _loosely(value) in alike]
    remedy = _CHECK_KEYS.fill(other=other)
    if near:
        remedy = _WOULD_JOIN.fill(count=len(near), value=near[0][0], right=near[0][1])
    what = _DANGLING.fill(count=len(lost), other=other, values=list_shown(lost))
    severity = "error" if len(lost) == len(values) else "warning"
    return [Symptom("dangling_keys", _place(opened, heading), what, remedy, severity, len(lost))]  # type: ignore[arg-type]


def _loosely(key: str) -> str:
    """Write a key without what people leave out: spaces, dashes, case, leading zeros."""
    text = unicodedata.normalize("NFKC", key).casefold()
    kept = "".join(letter for letter in text if letter.isalnum())
    stem = kept.rstrip("0123456789")
    return stem + kept[len(stem) :].lstrip("0")


def _find_bad_cells(opened: Opened, table: Table, matching: Matching) -> list[Symptom]:
    """Try the rows as the import will, and say what it would note, by column."""
    found = []
    columns = dict(matching.columns)
    if table.shape:
        columns.setdefault(table.key, table.key)
    try:
        require_columns(table, columns, where=opened.where)
    except SchemaError as error:
        return [Symptom("missing_columns", opened.part, error.text, _ADD_COLUMN, "error")]
    if matching.unknown:
        what = _UNKNOWN.fill(headings=list_shown(matching.unknown, shown=30))
        remedy = _KEPT_TAGS if "tags" in table.names else _DROPPED
        count = len(matching.unknown)
        found.append(Symptom("unknown_columns", opened.part, what, remedy, "note", count))
    if table.key not in matching.columns:
        return found
    checked = check_rows(table, opened.rows, row_names=opened.row_names, matching=matching)
    own = table.column(table.key).label.zh
    notes: dict[str, list[Any]] = {}
    for note in checked.notes:
        if note.column != own:
            notes.setdefault(note.column, []).append(note)
    for label, every in notes.items():
        row = say_row(every[0].row)
        example = Text(f"{row.zh}，{every[0].reason.zh}", f"{row.en}, {every[0].reason.en}")
        what = _BAD_CELLS.fill(count=len(every), example=example)
        where = _place(opened, label)
        found.append(Symptom("bad_cells", where, what, _WILL_NOTE, "warning", len(every)))
    return found


def _place(opened: Opened, heading: str) -> str:
    return f"{opened.part} · {heading}" if opened.part else heading

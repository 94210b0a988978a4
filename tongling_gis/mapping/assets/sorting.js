// Tables that a click on a heading sorts.

const collator = new Intl.Collator("zh-CN-u-co-pinyin", { numeric: true });

function isMissing(value) {
  return value === null || value === undefined || value === "";
}

/** Order two cells: numbers by size, words by pinyin, what is missing always last. */
function compareCells(a, b, down) {
  if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
  const order = typeof a === "string" || typeof b === "string" ? collator.compare(String(a), String(b)) : Number(a) - Number(b);
  return down ? -order : order;
}

/** Sort a copy of rows by a value of each; rows that are equal keep their order. */
function sortRows(rows, valueOf, down) {
  return [...rows].sort((a, b) => compareCells(valueOf(a), valueOf(b), down));
}

/** A heading with a button that sorts; ``state`` says by which column and which way. */
function sortHeading(label, name, state, numeric, onsort) {
  const active = state.name === name;
  return el(
    "th",
    { scope: "col", class: numeric ? "number" : null, "aria-sort": active ? (state.down ? "descending" : "ascending") : "none" },
    el("button", { type: "button", class: "sorter", onclick: () => onsort({ name, down: active ? !state.down : numeric }) },
      label, el("span", { "aria-hidden": "true" }, active ? (state.down ? " ▾" : " ▴") : "")),
  );
}

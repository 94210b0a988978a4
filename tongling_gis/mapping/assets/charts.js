// Small charts: one series each, with a text that says the same.

const CHART_LEFT = 30; // room for the numbers of the axis
const CHART_FOOT = 16; // room for the steps' names

/** The month of a record. */
const month = (row) => String(row.date ?? "").slice(0, 7);

/** Means or sums of a column by step (quarter, month), in the order of time. */
function bySteps(rows, stepOf, valueOf, { mean = false } = {}) {
  const groups = new Map();
  for (const row of rows) {
    const step = stepOf(row), value = valueOf(row);
    if (!step || isMissing(value)) continue;
    const own = groups.get(step) ?? { sum: 0, count: 0 };
    groups.set(step, { sum: own.sum + value, count: own.count + 1 });
  }
  const steps = withoutGaps([...groups.keys()].sort());
  const valueAt = (step) => {
    const own = groups.get(step);
    if (!own) return mean ? null : 0;
    return mean ? own.sum / own.count : own.sum;
  };
  return { steps, values: steps.map(valueAt) };
}

const STEPS_A_YEAR = { 4: 1, 6: 4, 7: 12 }; // by the length of 2026, 2026Q1 and 2026-03
const STEPS_AT_MOST = 400;

/** Years, quarters or months in order, with those between them. */
function withoutGaps(steps) {
  const a = STEPS_A_YEAR[steps[0]?.length];
  if (!a || steps.some((step) => !/^\d{4}(Q[1-4]|-\d\d)?$/.test(step) || step.length !== steps[0].length)) return steps;
  const count = (step) => Number(step.slice(0, 4)) * a + Number(step.slice(5) || 1) - 1;
  const first = count(steps[0]), many = count(last(steps)) - first + 1;
  if (many > STEPS_AT_MOST) return steps;
  return Array.from({ length: many }, (_none, i) => {
    const [year, part] = [Math.floor((first + i) / a), ((first + i) % a) + 1];
    return `${year}${{ 1: "", 4: `Q${part}`, 12: `-${String(part).padStart(2, "0")}` }[a]}`;
  });
}

/** Round numbers around a range, three to five of them. */
function axisTicks(low, top) {
  const span = top - low || Math.abs(top) || 1;
  const rough = span / 3, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const from = Math.floor(low / step) * step;
  const ticks = [];
  for (let tick = from; ticks.length < 2 || last(ticks) < top; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

/** Frame of a chart: lines at round numbers, and the names of as many steps as there is room for. */
function chartFrame(wide, high, ticks, labels, x, y) {
  const every = Math.ceil((labels.length * 46) / wide);
  return [
    ticks.map((tick) => [
      svg("line", { x1: CHART_LEFT, x2: wide, y1: y(tick), y2: y(tick), stroke: "#dde2e8" }),
      svg("text", { x: CHART_LEFT - 4, y: y(tick) + 3.5, "text-anchor": "end", class: "tick" }, number(tick)),
    ]),
    labels.map((label, i) =>
      i % every === 0 && svg("text", { x: x(i), y: high - 3, "text-anchor": "middle", class: "tick" }, shortStep(label))),
  ];
}

/** A month or a quarter without its century: 25-03, 25Q1. */
function shortStep(label) {
  return String(label).replace(/^20(?=\d\d(-|Q))/, "");
}

/** A line of values over named steps, with its axis and its last value marked. */
function lineChart(values, labels, colour, description, { wide = 340, high = 96 } = {}) {
  const known = values.filter((value) => value !== null && value !== undefined);
  const ticks = axisTicks(Math.min(...known), Math.max(...known));
  const x = (i) => CHART_LEFT + 16 + (i * (wide - CHART_LEFT - 32)) / Math.max(1, values.length - 1);
  const y = (value) => high - CHART_FOOT - 3 - ((value - ticks[0]) / (last(ticks) - ticks[0])) * (high - CHART_FOOT - 10);
  const dots = values.map((value, i) => (value === null || value === undefined ? null : [x(i), y(value), value, labels[i]]));
  const path = [];
  dots.forEach((dot, i) => dot && path.push(`${i && dots[i - 1] ? "L" : "M"}${dot[0].toFixed(1)} ${dot[1].toFixed(1)}`));
  return svg(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, class: "chart", role: "img", "aria-label": description },
    chartFrame(wide, high, ticks, labels, x, y),
    svg("path", { d: path.join(""), fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round" }),
    dots.map((dot, i) =>
      dot &&
      svg(
        "circle",
        { cx: dot[0], cy: dot[1], r: i === dots.length - 1 ? 4 : 2.6, fill: colour },
        svg("title", {}, `${dot[3]} ${number(dot[2])}`),
      ),
    ),
  );
}

/** Columns of values over named steps, from zero. */
function columns(values, labels, colour, description, { wide = 340, high = 96 } = {}) {
  const ticks = axisTicks(0, Math.max(1, ...values));
  const step = (wide - CHART_LEFT) / Math.max(1, values.length);
  const x = (i) => CHART_LEFT + (i + 0.5) * step;
  const y = (value) => high - CHART_FOOT - (value / last(ticks)) * (high - CHART_FOOT - 7);
  return svg(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, class: "chart", role: "img", "aria-label": description },
    chartFrame(wide, high, ticks, labels, x, y),
    values.map((value, i) =>
      svg(
        "rect",
        { x: x(i) - step * 0.35, y: y(value), width: step * 0.7, height: y(0) - y(value), fill: colour },
        svg("title", {}, `${labels[i]} ${number(value)}`),
      )),
  );
}

/** A bar that shows a share, with its label and number. */
function shareBar(label, share, title) {
  const wide = share === null ? 0 : share * 100;
  const fill = el("span", { class: "bar-fill" });
  fill.style.width = `${wide}%`;
  return el(
    "div",
    { class: "bar-row", title },
    el("span", { class: "bar-label" }, label),
    el("span", { class: "bar-track", "aria-hidden": "true" }, fill),
    el("span", { class: "bar-value" }, percent(share)),
  );
}

/** The symbol of a legend row. */
function swatch(symbol, fill, stroke = "none", dash = false) {
  const inner = {
    area: () => svg("rect", { x: 2, y: 2.5, width: 16, height: 11, rx: 1.5, fill: fill || "none", stroke, "stroke-width": 1.4, "stroke-dasharray": dash ? "3 2" : null }),
    line: () => [
      stroke !== "none" && svg("path", { d: "M1 12 19 4", stroke, "stroke-width": 6, fill: "none" }),
      svg("path", { d: "M1 12 19 4", stroke: fill, "stroke-width": dash ? 2.4 : 3.6, fill: "none", "stroke-dasharray": dash ? "3 2" : null }),
    ],
    square: () => svg("rect", { x: 5, y: 3, width: 10, height: 10, fill }),
    diamond: () => svg("path", { d: "M10 1.5 16.5 8 10 14.5 3.5 8z", fill }),
    triangle: () => svg("path", { d: "M10 2 16.5 13.5H3.5z", fill }),
    "triangle-down": () => svg("path", { d: "M10 14.5 16.5 3H3.5z", fill }),
    cross: () => svg("path", { d: "M5 3 15 13M15 3 5 13", stroke: fill, "stroke-width": 3, fill: "none" }),
    ring: () => svg("circle", { cx: 10, cy: 8, r: 4.5, fill: "#ffffff", stroke: fill, "stroke-width": 2.4 }),
    star: () => starPath(10, 8, 7.5, { fill }),
    circle: () => svg("circle", { cx: 10, cy: 8, r: 5, fill, stroke }),
  };
  return svg("svg", { viewBox: "0 0 20 16", class: "swatch", "aria-hidden": "true" }, inner[symbol]());
}

function starPath(cx, cy, radius, attributes) {
  const points = Array.from({ length: 10 }, (_none, i) => {
    const [r, angle] = [i % 2 ? radius * 0.52 : radius, (Math.PI * i) / 5];
    return `${(cx + r * Math.sin(angle)).toFixed(2)},${(cy - r * Math.cos(angle)).toFixed(2)}`;
  });
  return svg("polygon", { points: points.join(" "), ...attributes });
}

// Small charts: one series each, with a text that says the same.

/** A line of values over named steps, its last value marked. */
function sparkline(values, labels, colour, description) {
  const [wide, high, pad] = [300, 56, 6];
  const known = values.filter((value) => value !== null && value !== undefined);
  const low = Math.min(...known), top = Math.max(...known);
  const x = (i) => pad + (i * (wide - 2 * pad)) / Math.max(1, values.length - 1);
  const y = (value) => high - pad - ((value - low) / (top - low || 1)) * (high - 2 * pad);
  const dots = values.map((value, i) => (value === null || value === undefined ? null : [x(i), y(value), value, labels[i]]));
  const path = [];
  dots.forEach((dot, i) => dot && path.push(`${i && dots[i - 1] ? "L" : "M"}${dot[0].toFixed(1)} ${dot[1].toFixed(1)}`));
  return svg(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, class: "spark", role: "img", "aria-label": description },
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

/** Columns of values over named steps. */
function columns(values, labels, colour, description) {
  const [wide, high] = [300, 64];
  const top = Math.max(1, ...values), step = wide / Math.max(1, values.length);
  return svg(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, class: "spark", role: "img", "aria-label": description },
    values.map((value, i) => {
      const tall = (value / top) * (high - 4);
      return svg(
        "rect",
        { x: i * step + step * 0.15, y: high - tall, width: step * 0.7, height: tall, rx: 1, fill: colour },
        svg("title", {}, `${labels[i]} ${number(value)}`),
      );
    }),
    svg("line", { x1: 0, y1: high - 0.5, x2: wide, y2: high - 0.5, stroke: "#b9c0c9" }),
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

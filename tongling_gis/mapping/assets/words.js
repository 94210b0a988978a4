// Words, numbers and elements. Record values reach the page as text nodes, never as markup.

const pageData = JSON.parse(document.getElementById("map-data").textContent);
const words = pageData.words;
const looks = pageData.looks;
const locale = pageData.lang === "zh" ? "zh-CN" : "en";

/** A message with its {places} filled. */
function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_all, key) => String(values[key]));
}

/** A number as a reader writes it; an unknown one says so. */
function number(value, digits = 1) {
  if (value === null || value === undefined) return words.unknown;
  return value.toLocaleString(locale, { maximumFractionDigits: digits });
}

/** A share as a percentage that shows 100% or 0% only where it is exactly that. */
function percent(share) {
  if (share === null || share === undefined) return words.unknown;
  let shown = Math.round(share * 1000) / 10;
  if (shown === 100 && share < 1) shown = 99.9;
  if (shown === 0 && share > 0) shown = 0.1;
  return `${shown.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })}%`;
}

/** Seconds as minutes and seconds. */
function duration(seconds) {
  return say("minutesSeconds", { m: Math.floor(seconds / 60), s: seconds % 60 });
}

/** An HTML element with attributes, handlers (onclick) and children; texts become text nodes. */
function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** The last of a list, undefined where it is empty. */
function last(list) {
  return list[list.length - 1];
}

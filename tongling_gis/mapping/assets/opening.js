// Which centres are open at an hour of the week, and what then is within reach.

const HOURS_A_DAY = 24;
const OPEN = "1", SHUT = "0";
const NO_TIME = null;

/** The hours of centres, and the hour that the map shows; NO_TIME for whenever. */
class OpeningWeek {
  constructor(described) {
    Object.assign(this, described);
    this.at = NO_TIME;
  }

  /** Whether a centre is open at the chosen hour: "1", "0" or "?"; open where no hour is chosen. */
  stateOf(key) {
    if (this.at === NO_TIME) return OPEN;
    return this.centres[key]?.[this.at] ?? "?";
  }

  count(state) {
    return Object.values(this.centres).filter((week) => week[this.at] === state).length;
  }

  say(at) {
    const hour = at % HOURS_A_DAY;
    return say("hourOf", { day: this.days[Math.floor(at / HOURS_A_DAY)].label, from: `${hour}:00`, to: `${hour + 1}:00` });
  }
}

/** The panel: day and hour, what is open then, and the heat map of the week. */
class OpeningPanel {
  constructor(element, week, hours, actions) {
    Object.assign(this, { element, week, hours, actions });
    this.day = el("select", { "aria-label": words.day, onchange: () => this.choose(this.day.value === "" ? NO_TIME : this.day.value * HOURS_A_DAY + Number(this.hour.value)) },
      el("option", { value: "" }, words.anyTime), week.days.map((day, i) => el("option", { value: i }, day.label)));
    this.hour = el("input", { type: "range", min: 0, max: HOURS_A_DAY - 1, value: 19, "aria-label": words.hour, oninput: () => this.choose((this.day.value || 0) * HOURS_A_DAY + Number(this.hour.value)) });
    this.status = el("p", { class: "quiet", role: "status" });
    furnish(element, {}, [
      el("h2", {}, words.openingWeek),
      el("div", { class: "presets" }, this.presets()),
      el("div", { class: "day-hour" }, this.day, this.hour),
      this.status,
      hours && new HeatMap(hours, week, (at) => this.choose(at)).element,
    ]);
    this.cells = [...element.querySelectorAll(".heat tbody td")];
    element.hidden = false;
    this.tell();
  }

  presets() {
    const dayOf = (code) => this.week.days.findIndex((day) => day.code === code);
    return [[words.workingDay, "Tu", 10], [words.evening, "Tu", 19], [words.weekend, "Sa", 10], [words.holiday, "PH", 10]]
      .filter(([_label, code]) => dayOf(code) >= 0)
      .map(([label, code, hour]) => el("button", { type: "button", class: "plain", onclick: () => this.choose(dayOf(code) * HOURS_A_DAY + hour) }, label));
  }

  /** Show one hour of the week; NO_TIME for whenever. */
  choose(at) {
    this.week.at = at;
    this.day.value = at === NO_TIME ? "" : Math.floor(at / HOURS_A_DAY);
    if (at !== NO_TIME) this.hour.value = at % HOURS_A_DAY;
    this.tell();
    this.actions.changed();
  }

  tell() {
    const { week, hours } = this;
    const at = week.at;
    this.cells.forEach((cell, i) => cell.setAttribute("aria-selected", String(i === at)));
    if (at === NO_TIME) {
      this.status.textContent = words.anyTimeSaid;
      return;
    }
    const total = Object.keys(week.centres).length;
    const told = [el("strong", {}, week.say(at)), " ", say("openCount", { a: number(week.count(OPEN)), b: number(total) })];
    const unknown = week.count("?");
    if (unknown) told.push(say("unknownCount", { n: number(unknown) }));
    if (hours) told.push(el("span", { class: "reach-line" }, say("reachOpen", { n: hours.limit, share: heatText(hours, at), who: whoOf(hours) })));
    this.status.replaceChildren(...told);
  }
}

function whoOf(hours) {
  return hours.counted === "residents" ? words.whoResidents : words.whoHomes;
}

/** Shares of one hour as text: what is sure, and what may be. */
function heatText(hours, at) {
  const [sure, perhaps] = [hours.share[at], hours.perhaps[at]];
  if (sure === null) return words.unknown;
  return perhaps > sure ? say("atLeast", { a: percent(sure / 1000), b: percent(perhaps / 1000) }) : percent(sure / 1000);
}

/** The week by the hour: a grid of days and hours, the darker the more residents reach an open centre. */
class HeatMap {
  constructor(hours, week, choose) {
    Object.assign(this, { hours, week, choose });
    const cells = hours.days.map((_day, day) => Array.from({ length: HOURS_A_DAY }, (_none, hour) => this.cell(day * HOURS_A_DAY + hour)));
    cells[0][0].tabIndex = 0;
    this.cells = cells.flat();
    const head = el("tr", {}, el("td", { role: "presentation" }), [0, 6, 12, 18].map((hour) => el("th", { scope: "colgroup", colspan: 6 }, `${hour}`)));
    const grid = el("table", { class: "heat", role: "grid", "aria-label": say("heatLabel", { n: hours.limit, who: whoOf(hours) }), onkeydown: (event) => this.onKey(event) },
      el("thead", {}, head),
      el("tbody", {}, cells.map((row, day) => el("tr", {}, el("th", { scope: "row" }, hours.days[day]), row))));
    this.element = el("div", {},
      el("h3", {}, say("heatTitle", { n: hours.limit })), grid, this.legend(),
      el("details", {}, el("summary", {}, words.asTable), this.table()));
  }

  cell(at) {
    const [sure, perhaps] = [this.hours.share[at], this.hours.perhaps[at]];
    const said = say("pair", { a: this.week.say(at), b: heatText(this.hours, at) });
    const cell = el("td", { role: "gridcell", tabindex: -1, title: said, "aria-label": said, class: perhaps > sure ? "perhaps" : null, onclick: () => this.pick(at) });
    cell.style.background = sure === null ? "#ffffff" : heatColour(sure / 1000);
    return cell;
  }

  pick(at) {
    for (const cell of this.cells) cell.tabIndex = -1;
    this.cells[at].tabIndex = 0;
    this.cells[at].focus({ preventScroll: true });
    this.choose(at);
  }

  onKey(event) {
    const from = this.cells.indexOf(document.activeElement);
    if (from < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return this.pick(from);
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: HOURS_A_DAY, ArrowUp: -HOURS_A_DAY }[event.key];
    const next = this.cells[from + (step ?? NaN)];
    if (!next) return;
    event.preventDefault();
    [this.cells[from].tabIndex, next.tabIndex] = [-1, 0];
    next.focus();
  }

  legend() {
    const steps = [0, 0.25, 0.5, 0.75, 1];
    return el("p", { class: "heat-legend quiet" }, "0%", steps.map((share) => {
      const box = el("span", { "aria-hidden": "true" });
      box.style.background = heatColour(share);
      return box;
    }), "100%", this.hours.perhaps.some((one, at) => one > this.hours.share[at]) && el("small", {}, words.hatchedUnknown));
  }

  table() {
    const heads = [words.hour, ...this.hours.days];
    const rows = Array.from({ length: HOURS_A_DAY }, (_none, hour) => [`${hour}:00`, ...this.hours.days.map((_day, day) => heatText(this.hours, day * HOURS_A_DAY + hour))]);
    return el("div", { class: "table-holder" }, el("table", { class: "heat-table" }, el("caption", {}, say("heatLabel", { n: this.hours.limit, who: whoOf(this.hours) })),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map(([hour, ...cells]) => el("tr", {}, el("th", { scope: "row" }, hour), cells.map((cell) => el("td", { class: "number" }, cell)))))));
  }
}

/** From white to the darkest blue of what is reached, in even steps of lightness. */
function heatColour(share) {
  const [light, middle, dark] = [[247, 251, 255], [107, 174, 214], [8, 48, 107]];
  const [from, to, part] = share < 0.5 ? [light, middle, share * 2] : [middle, dark, share * 2 - 1];
  return `rgb(${from.map((one, i) => Math.round(one + (to[i] - one) * part)).join(" ")})`;
}

/** What is told of a home at the moment asked about: whether a centre near it is open. */
function stateStory(states, home) {
  const item = states.classes[states.class[home]];
  const facts = [[words.moment, states.at]];
  if (states.residents[home] >= 0) facts.push([words.residents, number(states.residents[home])]);
  const compound = states.compound[home];
  if (compound >= 0) facts.push([words.inCompound, recordLink("compounds", states.compoundIds[compound])]);
  return el("div", { class: "story" }, el("h3", {}, `${words.home1} ${states.ids[home] ?? ""}`),
    el("p", { class: "home-walk" }, swatch(item.symbol, item.colour), el("strong", {}, item.label)), factList(facts));
}

// The panel of the drawing tool: what it is called, its measures, gates, and the file.

class DrawingPanel {
  constructor(element, drawing) {
    Object.assign(this, { element, drawing });
  }

  show() {
    if (!this.element.firstChild) this.furnish();
    this.element.hidden = false;
    this.mark(true);
    this.element.focus({ preventScroll: true });
  }

  hide() {
    this.element.hidden = true;
    this.mark(false);
  }

  mark(open) {
    document.getElementById("draw-toggle").setAttribute("aria-pressed", String(open));
    document.getElementById("page").classList.toggle("draw-open", open);
  }

  furnish() {
    const { drawing } = this;
    const button = (label, onclick, extra = {}) => el("button", { type: "button", class: "plain", onclick, ...extra }, label);
    this.ringButton = button(words.drawRing, () => drawing.setMode(drawing.mode === "ring" ? "edit" : "ring"));
    this.finishButton = button(words.drawFinish, () => drawing.closeRing());
    this.undoButton = button(words.undo, () => drawing.step("undo"));
    this.redoButton = button(words.redo, () => drawing.step("redo"));
    this.gateButtons = GATE_KINDS.map((kind) => button([el("span", { class: `gate-dot ${kind}` }), words[`gate_${kind}`]], () => {
      drawing.gateKind = kind;
      drawing.setMode(drawing.mode === "gate" && this.pressedGate === kind ? "edit" : "gate");
    }));
    const snaps = el("input", { type: "checkbox", onchange: () => (drawing.snaps = snaps.checked) });
    snaps.checked = true;
    const file = el("input", { type: "file", accept: ".geojson,.json", hidden: true, onchange: () => {
      if (file.files[0]) drawing.upload(file.files[0]);
      file.value = "";
    } });
    this.title = el("input", { type: "text", value: words.drawTitle, oninput: () => (this.titled = true) });
    this.author = el("input", { type: "text", autocomplete: "name" });
    this.note = el("input", { type: "text" });
    this.basis = el("p", { class: "quiet" });
    this.hint = el("p", { class: "hint" });
    this.measures = el("div", {});
    this.message = el("p", { role: "status", class: "notice", hidden: true });
    this.gates = el("div", { class: "gate-list" });
    const field = (label, input) => el("label", { class: "field" }, el("span", {}, label), input);
    this.element.replaceChildren(
      el("header", { class: "card-head" }, el("div", { class: "card-title" }, el("h2", {}, words.draw), this.basis),
        el("button", { type: "button", class: "close", "aria-label": words.close, title: words.close, onclick: () => drawing.actions.close() }, "×")),
      el("div", { class: "card-body" },
        el("p", { class: "draw-tools" }, this.ringButton, this.finishButton, this.undoButton, this.redoButton,
          button(words.drawClear, () => drawing.clear())),
        el("label", { class: "in-view" }, snaps, words.drawSnap), this.hint, this.message, this.measures,
        section(words.drawGates, el("p", { class: "draw-tools" }, this.gateButtons), this.gates),
        section(words.drawFile, field(words.drawName, this.title), field(words.drawAuthor, this.author), field(words.drawNote, this.note),
          el("p", { class: "draw-tools" },
            el("button", { type: "button", class: "primary", onclick: () => this.save() }, words.drawDownload),
            button(words.drawOpen, () => file.click()), file),
          el("p", { class: "quiet" }, words.drawNext))));
    this.element.setAttribute("aria-label", words.draw);
  }

  save() {
    const text = (input) => input.value.trim();
    this.drawing.download({ title: text(this.title), author: text(this.author), note: text(this.note) });
  }

  /** Suggest a title, unless the planner has written one. */
  suggestTitle(title) {
    if (!this.element.firstChild) this.furnish();
    if (!this.titled) this.title.value = title;
  }

  tell(message, done = false) {
    this.message.textContent = message;
    this.message.classList.toggle("done", done);
    this.message.hidden = !message;
  }

  refresh(fault = null) {
    if (!this.element.firstChild) return;
    const { draft, mode, open } = this.drawing;
    this.pressedGate = mode === "gate" ? this.drawing.gateKind : null;
    const based = draft.basedOn && records.find("compounds", draft.basedOn);
    this.basis.textContent = based ? say("drawBasedOn", { name: records.title("compounds", based) }) : words.drawFromNothing;
    this.ringButton.setAttribute("aria-pressed", String(mode === "ring"));
    this.finishButton.disabled = open.length < 3;
    this.undoButton.disabled = !draft.past.length && !open.length;
    this.redoButton.disabled = !draft.future.length;
    this.gateButtons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(this.pressedGate === GATE_KINDS[i]));
      button.disabled = !draft.rings.length;
    });
    this.hint.textContent = { ring: words.drawHintRing, gate: words.drawHintGate, edit: draft.rings.length ? words.drawHintEdit : words.drawHintStart }[mode];
    this.tell(fault?.said ?? "");
    this.measures.replaceChildren(...(draft.rings.length ? [factList([
      [words.drawArea, `${number(areaOf(draft.rings) / 1e4, 2)} ${words.hectares}`],
      [words.drawLength, `${number(draft.rings.reduce((sum, ring) => sum + ringLength(ring), 0), 0)} ${words.metres}`],
      [words.drawCorners, number(draft.rings.flat().length)],
    ])] : []));
    this.gates.replaceChildren(...draft.gates.map((gate, i) => this.gateRow(gate, i)));
  }

  gateRow(gate, i) {
    const { drawing } = this;
    const kind = el("select", { "aria-label": words.gateKind, onchange: () => drawing.setGate(i, "kind", kind.value) },
      GATE_KINDS.map((one) => el("option", { value: one, selected: one === gate.kind }, words[`gate_${one}`])));
    const metres = (name, label) => {
      const input = el("input", { type: "number", min: 0.5, max: 30, step: 0.1, value: gate[name] ?? "", placeholder: words.unknown, onchange: () =>
        drawing.setGate(i, name, input.value === "" ? null : Number(input.value)) });
      return el("label", {}, label, input);
    };
    const hours = el("input", { type: "text", value: gate.hours, placeholder: "06:00-22:00", onchange: () => drawing.setGate(i, "hours", hours.value.trim()) });
    return el("fieldset", { class: "gate-row" },
      el("legend", {}, el("span", { class: `gate-dot ${gate.kind}` }, String(i + 1))), kind,
      metres("width_m", words.gateWidth), metres("height_m", words.gateHeight), el("label", {}, words.gateHours, hours),
      el("button", { type: "button", class: "plain", onclick: () => drawing.removeGate(i) }, words.remove));
  }
}

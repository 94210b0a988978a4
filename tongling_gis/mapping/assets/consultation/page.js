// A consultation page: the draft on a map, and a resident's remarks, kept in the browser until
// they are downloaded.

const MOST = 30;
const facts = JSON.parse(document.getElementById("facts").textContent);
const { words } = facts;
const byId = (id) => document.getElementById(id);
const key = `tongling_gis:${facts.draft}`;

/** Keeps remarks in the browser where it allows that; a page opened as a file may not. */
const shelf = {
  read() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(key) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch (error) {
      console.info("remarks are not kept beyond this visit", error);
      return [];
    }
  },
  write(remarks) {
    try {
      window.localStorage.setItem(key, JSON.stringify(remarks));
    } catch (error) {
      console.info("remarks are not kept beyond this visit", error);
    }
  },
};

const remarks = shelf.read();
const map = L.map("map", { zoomControl: false, attributionControl: false, zoomSnap: 0.5 });
L.control.zoom({ zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
let pin = null;

function drawContext() {
  const renderer = L.canvas({ padding: 0.4 });
  const lines = [];
  for (const layer of facts.context) {
    if (layer.casing) lines.push([layer, layer.casing, layer.width + 1.5]);
  }
  for (const layer of facts.context) lines.push([layer, layer.stroke, layer.width]);
  for (const [layer, colour, width] of lines) {
    L.geoJSON(layer.features, {
      renderer,
      interactive: false,
      style: {
        color: colour || "transparent",
        weight: width,
        fill: Boolean(layer.fill),
        fillColor: layer.fill,
        fillOpacity: 1,
        dashArray: layer.dash ? "4 4" : null,
      },
    }).addTo(map);
  }
}

function dot(at, name, className) {
  const icon = L.divIcon({ className, iconSize: [18, 18], iconAnchor: [9, className === "pin" ? 20 : 9] });
  return L.marker(at, { icon, title: name, alt: name, draggable: className === "pin" });
}

function plain(words) {
  const element = document.createElement("span");
  element.textContent = words;
  return element;
}

function drawDraft() {
  const boundary = L.geoJSON(facts.boundary, {
    style: { color: "#b3006b", weight: 4, dashArray: "9 6", fillOpacity: 0.06 },
  }).addTo(map);
  boundary.bindTooltip(words.boundary, { sticky: true });
  facts.gates.forEach((gate, number) => {
    const [lon, lat] = gate.geometry.coordinates;
    const icon = L.divIcon({ className: "gate", html: String(number + 1), iconSize: [24, 24] });
    L.marker([lat, lon], { icon, title: gate.properties.label, alt: gate.properties.label })
      .addTo(map)
      .bindPopup(plain(gate.properties.label));
  });
  map.fitBounds(boundary.getBounds().pad(0.25));
}

function drawOthers() {
  byId("others-section").hidden = facts.remarks.length === 0;
  for (const remark of facts.remarks) {
    const item = document.createElement("li");
    item.append(plain(remark.text));
    if (remark.answer) {
      const answer = plain(`${words.answer}${remark.answer}`);
      answer.className = "answer";
      item.append(answer);
    }
    byId("others").append(item);
    if (remark.at) dot(remark.at, remark.text, "dot").addTo(map).bindPopup(plain(remark.text));
  }
}

function setPlace(at) {
  pin?.remove();
  pin = at ? dot(at, words.placeSet, "pin").addTo(map) : null;
  byId("place").textContent = at ? words.placeSet : words.placeUnset;
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

function feature(remark) {
  const { at, ...properties } = remark;
  const geometry = at ? { type: "Point", coordinates: [at[1], at[0]] } : null;
  return { type: "Feature", properties, geometry };
}

function showMine() {
  const list = byId("mine");
  list.replaceChildren();
  remarks.forEach((remark, number) => {
    const item = document.createElement("li");
    item.append(plain(remark.text));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = words.remove;
    remove.addEventListener("click", () => {
      remarks.splice(number, 1);
      keep();
    });
    item.append(remove);
    list.append(item);
  });
  if (!remarks.length) list.append(plain(words.none));
  byId("download").disabled = byId("copy").disabled = remarks.length === 0;
  byId("add").disabled = remarks.length >= MOST;
  byId("said").textContent = remarks.length >= MOST ? words.full : "";
}

function keep() {
  shelf.write(remarks);
  showMine();
}

function add(event) {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text || remarks.length >= MOST) return;
  const at = pin ? [pin.getLatLng().lat, pin.getLatLng().lng].map((one) => Number(one.toFixed(6))) : null;
  remarks.push({
    remark_id: newId(),
    text,
    name: byId("name").value.trim(),
    contact: byId("contact").value.trim(),
    made_at: new Date().toISOString().slice(0, 19) + "Z",
    at,
  });
  byId("text").value = "";
  setPlace(null);
  keep();
}

function download() {
  const collection = {
    type: "FeatureCollection",
    consultation: { draft_id: facts.draft, project: facts.title, tool: "tongling_gis consultation" },
    features: remarks.map(feature),
  };
  const blob = new Blob([JSON.stringify(collection, null, 1)], { type: "application/geo+json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${words.file}-${facts.draft}-${remarks[0].remark_id}.geojson`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function copy() {
  const lines = remarks.map((one, number) => `${number + 1}. ${one.text}${one.at ? `（${one.at.join(", ")}）` : ""}`);
  const said = [`${facts.title}（${facts.draft}）`, ...lines].join("\n");
  try {
    await navigator.clipboard.writeText(said);
  } catch (error) {
    console.info("copying in the old way", error);
    const area = document.createElement("textarea");
    area.value = said;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  byId("said").textContent = words.copied;
}

function write() {
  byId("title").textContent = `${words.heading}${facts.title}`;
  byId("invented").hidden = !facts.invented;
  byId("invented").textContent = words.invented;
  byId("map").setAttribute("aria-label", words.map);
  const said = {
    what: "what", "gates-heading": "gates", how: "how", steps: "steps", "text-label": "text", "name-label": "name",
    "contact-label": "contact", centre: "centre", "no-place": "noPlace", add: "add", "mine-heading": "mine",
    download: "download", copy: "copy", "others-heading": "others",
  };
  for (const [id, name] of Object.entries(said)) byId(id).textContent = words[name];
  for (const sentence of facts.explanation) {
    const paragraph = document.createElement("p");
    paragraph.textContent = sentence;
    byId("explanation").append(paragraph);
  }
  byId("gates-heading").hidden = facts.gates.length === 0;
  for (const gate of facts.gates) {
    const item = document.createElement("li");
    item.textContent = gate.properties.label;
    byId("gates").append(item);
  }
  byId("foot").textContent = facts.foot;
}

write();
drawContext();
drawDraft();
drawOthers();
setPlace(null);
showMine();
map.on("click", (event) => setPlace(event.latlng));
byId("centre").addEventListener("click", () => setPlace(map.getCenter()));
byId("no-place").addEventListener("click", () => setPlace(null));
byId("form").addEventListener("submit", add);
byId("download").addEventListener("click", download);
byId("copy").addEventListener("click", copy);
document.documentElement.dataset.ready = "true";

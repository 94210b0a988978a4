// What stands around the map: title bar, buttons, stamp.

/** What the map's size depends on comes first: title bar, side panel, stamp. */
function furnishFrame(map) {
  const byId = (id) => document.getElementById(id);
  byId("title").textContent = pageData.title;
  byId("invented").textContent = words.invented;
  byId("invented").hidden = !pageData.origin.invented;
  byId("panel").setAttribute("aria-label", words.panel);
  byId("panel-toggle").setAttribute("aria-label", words.panelToggle);
  byId("panel-toggle").title = words.panelToggle;
  byId("table-toggle").querySelector("span").textContent = words.table;
  byId("table-toggle").setAttribute("aria-label", words.table);
  byId("draw-toggle").querySelector("span").textContent = words.draw;
  byId("draw-toggle").setAttribute("aria-label", words.draw);
  byId("print-toggle").querySelector("span").textContent = words.print;
  byId("print-toggle").setAttribute("aria-label", words.print);
  byId("table").setAttribute("aria-label", words.table);
  byId("table-toggle").hidden = !records.all("centres").length && !records.all("compounds").length;
  fillAbout(byId("about"), pageData.origin);
  fillCredit("");
  map.getContainer().setAttribute("aria-label", words.map);
}

/** Whose the data are, and the base map where there is one. */
function fillCredit(ground) {
  document.getElementById("credit").textContent = [...pageData.origin.sources, ground, "Leaflet"].filter(Boolean).join(" · ");
}

/** Buttons and the north arrow at the map's edge. */
function addHomeAndNorth(map, showAll) {
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const home = el("button", { type: "button", class: "map-button", title: words.home, "aria-label": words.home },
      svg("svg", { viewBox: "0 0 20 20", width: 16, height: 16, "aria-hidden": "true" },
        svg("path", { d: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", fill: "none", stroke: "currentColor", "stroke-width": 2 })));
    L.DomEvent.disableClickPropagation(home);
    home.addEventListener("click", () => showAll());
    const north = svg("svg", { viewBox: "0 0 30 40", class: "north", role: "img", "aria-label": words.northLabel },
      svg("path", { d: "M15 2 24 30 15 25z", fill: "#2b3440" }),
      svg("path", { d: "M15 2 6 30 15 25z", fill: "#ffffff", stroke: "#2b3440", "stroke-width": 1 }),
      svg("text", { x: 15, y: 40, "text-anchor": "middle", "font-size": 10, "font-weight": 700, fill: "#2b3440" }, words.north));
    return el("div", { class: "map-tools" }, home, north);
  };
  control.addTo(map);
}

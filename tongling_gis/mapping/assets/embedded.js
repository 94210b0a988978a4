// The small version that stands in another page: it never holds on to that page's scrolling.

const HINT_MS = 1300;

/** Make the map polite within its frame, and lead to the full one. */
function embed(map, full) {
  document.getElementById("page").classList.add("embedded");
  const link = el("a", { id: "full-map", href: full, target: "_blank", rel: "noopener" }, words.openFullMap, el("span", { "aria-hidden": "true" }, " ↗"));
  document.getElementById("bar").append(link);
  map.scrollWheelZoom.disable();
  const hint = el("p", { id: "scroll-hint", role: "status", hidden: true });
  document.getElementById("stage").append(hint);
  const container = map.getContainer();
  container.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      map.setZoomAround(map.mouseEventToLatLng(event), map.getZoom() - Math.sign(event.deltaY));
    } else {
      showHint(hint, words.hintWheel);
    }
  }, { passive: false });
  if (window.matchMedia("(pointer: coarse)").matches) letFingersPass(map, container, hint);
  document.addEventListener("click", (event) => {
    const inner = event.target.closest?.('a[href^="#"]');
    if (!inner) return;
    event.preventDefault(); // the frame's steps stay out of the outer page's history
    location.replace(inner.getAttribute("href"));
  });
}

/** One finger scrolls the outer page; two move the map. */
function letFingersPass(map, container, hint) {
  map.dragging.disable();
  container.style.touchAction = "pan-x pan-y";
  container.addEventListener("touchmove", (event) => {
    if (event.touches.length === 1) showHint(hint, words.hintFingers);
  }, { passive: true });
}

function showHint(hint, text) {
  hint.textContent = text;
  hint.hidden = false;
  clearTimeout(hint.timer);
  hint.timer = setTimeout(() => (hint.hidden = true), HINT_MS);
}

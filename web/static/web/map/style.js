// How the map looks: our own ground (streets, jurisdictions and their names), and reports colored by status.

import { isPersian, page } from "./page.js";

const NAME = isPersian ? ["get", "name_fa"] : ["coalesce", ["get", "name_en"], ["get", "name_fa"]];
const TEAL = "#0b6265";
const CLOSED = ["resolved", "rejected"];
const WIDE = ["==", ["get", "road_class"], "highway"];
const NOTHING = { type: "FeatureCollection", features: [] };

const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];

/** The style to start from: the base map where one is set and answers, else an empty sheet for our own layers. */
export async function startingStyle(onFailure = () => {}) {
  const own = { version: 8, sources: {}, layers: [{ id: "beyond", type: "background", paint: { "background-color": "#e3e9e7" } }] };
  if (!page.basemap) return { style: own, isOwn: true };
  try {
    const response = await fetch(page.basemap, { signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error(String(response.status));
    return { style: await response.json(), isOwn: false };
  } catch {
    onFailure();
    return { style: own, isOwn: true };
  }
}

/** Draw jurisdictions (polygons) with their names (points); on a base map their ground stays clear. */
export function addGround(map, { shapes, names, isOwn }) {
  map.addSource("ground", { type: "geojson", data: { type: "FeatureCollection", features: shapes } });
  map.addSource("ground-names", { type: "geojson", data: { type: "FeatureCollection", features: names } });
  map.addLayer({ id: "ground", type: "fill", source: "ground", paint: { "fill-color": isOwn ? "#fbfaf6" : TEAL, "fill-opacity": isOwn ? 1 : 0.05 } });
  map.addLayer({
    id: "ground-edge-wash", type: "line", source: "ground", layout: { "line-join": "round" },
    paint: { "line-color": TEAL, "line-opacity": 0.1, "line-width": byZoom(9, 3, 15, 12) },
  });
  map.addLayer({
    id: "ground-edge", type: "line", source: "ground", layout: { "line-join": "round" },
    paint: { "line-color": TEAL, "line-opacity": 0.65, "line-width": byZoom(9, 0.8, 15, 2) },
  });
  map.addLayer({
    id: "ground-names", type: "symbol", source: "ground-names", maxzoom: 15,
    layout: { "text-field": NAME, "text-font": ["Vazirmatn Bold", "Vazirmatn"], "text-size": byZoom(9, 11, 13, 17), "text-max-width": 7, "text-padding": 4 },
    paint: { "text-color": "#084d50", "text-halo-color": "rgba(255,255,255,0.92)", "text-halo-width": 1.8 },
  });
}

/** Draw streets below the edges of the ground. */
export function addStreets(map, streets) {
  map.addSource("streets", { type: "geojson", data: streets });
  const line = (id, paint) => ({ id, type: "line", source: "streets", layout: { "line-join": "round", "line-cap": "round" }, paint });
  map.addLayer(line("streets-edge", { "line-color": ["case", WIDE, "#d6c396", "#cdd4d1"], "line-width": byZoom(9, ["case", WIDE, 2, 1.3], 11, ["case", WIDE, 3, 2.1], 13, ["case", WIDE, 6, 4.4], 17, 22) }), "ground-edge-wash");
  map.addLayer(line("streets", { "line-color": ["case", WIDE, "#fbeecb", "#ffffff"], "line-width": byZoom(9, ["case", WIDE, 1, 0.4], 11, ["case", WIDE, 1.8, 1], 13, ["case", WIDE, 4.4, 3], 17, 18) }), "ground-edge-wash");
  map.addLayer({
    id: "street-names", type: "symbol", source: "streets", minzoom: 12.5,
    layout: { "symbol-placement": "line", "text-field": NAME, "text-font": ["Vazirmatn"], "text-size": byZoom(12, 11, 17, 14), "symbol-spacing": 320, "text-max-angle": 30, "text-padding": 6 },
    paint: { "text-color": "#5a5f57", "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
  }, map.getLayer("reports") ? "reports" : undefined);
}

/** Draw reports below the names of the ground, the open ones above the closed; `selected` is the one being read. */
export function addReports(map) {
  map.addSource("reports", { type: "geojson", data: NOTHING });
  map.addSource("selected", { type: "geojson", data: NOTHING });
  const isClosed = ["in", ["get", "status"], ["literal", CLOSED]];
  const size = (open, closed) => ["case", isClosed, closed, open];
  map.addLayer({
    id: "reports", type: "circle", source: "reports", layout: { "circle-sort-key": size(1, 0) },
    paint: {
      "circle-color": statusColors(),
      "circle-radius": byZoom(9, size(2.2, 1.7), 12, size(4.2, 3.2), 16, size(9, 7.5)),
      "circle-opacity": size(0.92, 0.6),
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": byZoom(9, 0.4, 13, 1.4),
      "circle-stroke-opacity": size(1, 0.75),
    },
  }, map.getLayer("ground-names") ? "ground-names" : undefined);
  map.addLayer({
    id: "selected", type: "circle", source: "selected",
    paint: { "circle-color": statusColors(), "circle-radius": byZoom(9, 7, 16, 11), "circle-stroke-color": "#16262b", "circle-stroke-width": 3 },
  });
}

/** A status's color from the page's style sheet, so that legend, list and map agree. */
function statusColors() {
  const styles = getComputedStyle(document.documentElement);
  const colors = ["received", "in_progress", "waiting", "resolved"].flatMap((code) => [code, styles.getPropertyValue(`--${code}`).trim()]);
  return ["match", ["get", "status"], ...colors, styles.getPropertyValue("--rejected").trim()];
}

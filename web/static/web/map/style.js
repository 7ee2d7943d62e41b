// How the map looks: our own ground (streets, jurisdictions and their names), and reports colored by status.

import { isPersian, page } from "./page.js";

const NAME = isPersian ? ["get", "name_fa"] : ["coalesce", ["get", "name_en"], ["get", "name_fa"]];
const BRAND = "#0b6265";
const BEYOND = "#e3e9e7";
const LAND = "#fbfaf6";
const CLOSED = ["resolved", "rejected"];
const NOTHING = { type: "FeatureCollection", features: [] };

/** A value that grows with the zoom: pairs of zoom and value. */
const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const ifHighway = (yes, no) => ["case", ["==", ["get", "road_class"], "highway"], yes, no];
const ifClosed = (yes, no) => ["case", ["in", ["get", "status"], ["literal", CLOSED]], yes, no];
const collection = (features) => ({ type: "FeatureCollection", features });

/** The style to start from: the base map where one is set and answers, else an empty sheet for our own layers. */
export async function startingStyle(onFailure = () => {}) {
  const sheet = { id: "beyond", type: "background", paint: { "background-color": BEYOND } };
  const own = { version: 8, sources: {}, layers: [sheet] };
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
  map.addSource("ground", { type: "geojson", data: collection(shapes) });
  map.addSource("ground-names", { type: "geojson", data: collection(names) });
  const fill = isOwn ? { "fill-color": LAND } : { "fill-color": BRAND, "fill-opacity": 0.05 };
  map.addLayer({ id: "ground", type: "fill", source: "ground", paint: fill });
  map.addLayer(edge("ground-edge-wash", 0.1, byZoom(9, 3, 15, 12)));
  map.addLayer(edge("ground-edge", 0.65, byZoom(9, 0.8, 15, 2)));
  map.addLayer({
    id: "ground-names",
    type: "symbol",
    source: "ground-names",
    maxzoom: 15,
    layout: {
      "text-field": NAME,
      "text-font": ["Vazirmatn Bold", "Vazirmatn"], // the first gives the weight, the second the family
      "text-size": byZoom(9, 11, 13, 17),
      "text-max-width": 7,
      "text-padding": 4,
    },
    paint: { "text-color": "#084d50", "text-halo-color": "rgba(255, 255, 255, 0.92)", "text-halo-width": 1.8 },
  });
}

function edge(id, opacity, width) {
  const paint = { "line-color": BRAND, "line-opacity": opacity, "line-width": width };
  return { id, type: "line", source: "ground", layout: { "line-join": "round" }, paint };
}

/** Draw streets below the edges of the ground, their names below the reports. */
export function addStreets(map, streets) {
  map.addSource("streets", { type: "geojson", data: streets });
  const below = (id) => (map.getLayer(id) ? id : undefined);
  const widths = (far, town, quarter, near) => [ifHighway(...far), ifHighway(...town), ifHighway(...quarter), near];
  const edges = street("streets-edge", ifHighway("#d6c396", "#cdd4d1"), widths([2, 1.3], [3, 2.1], [6, 4.4], 22));
  const beds = street("streets", ifHighway("#fbeecb", "#ffffff"), widths([1, 0.4], [1.8, 1], [4.4, 3], 18));
  map.addLayer(edges, below("ground-edge-wash"));
  map.addLayer(beds, below("ground-edge-wash"));
  map.addLayer({
    id: "street-names",
    type: "symbol",
    source: "streets",
    minzoom: 12.5,
    layout: {
      "symbol-placement": "line",
      "text-field": NAME,
      "text-font": ["Vazirmatn"],
      "text-size": byZoom(12, 11, 17, 14),
      "symbol-spacing": 320,
      "text-max-angle": 30,
      "text-padding": 6,
    },
    paint: { "text-color": "#5a5f57", "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
  }, below("reports"));
}

/** A layer of streets whose width has one value for each of the zooms 9, 11, 13 and 17. */
function street(id, color, [far, town, quarter, near]) {
  const width = byZoom(9, far, 11, town, 13, quarter, 17, near);
  const layout = { "line-join": "round", "line-cap": "round" };
  return { id, type: "line", source: "streets", layout, paint: { "line-color": color, "line-width": width } };
}

/** Draw reports below the names of the ground, the open ones above the closed; `selected` is the one being read. */
export function addReports(map) {
  map.addSource("reports", { type: "geojson", data: NOTHING });
  map.addSource("selected", { type: "geojson", data: NOTHING });
  map.addLayer({
    id: "reports",
    type: "circle",
    source: "reports",
    layout: { "circle-sort-key": ifClosed(0, 1) },
    paint: {
      "circle-color": statusColors(),
      "circle-radius": byZoom(9, ifClosed(1.7, 2.2), 12, ifClosed(3.2, 4.2), 16, ifClosed(7.5, 9)),
      "circle-opacity": ifClosed(0.6, 0.92),
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": byZoom(9, 0.4, 13, 1.4),
      "circle-stroke-opacity": ifClosed(0.75, 1),
    },
  }, "ground-names");
  map.addLayer({
    id: "selected",
    type: "circle",
    source: "selected",
    paint: {
      "circle-color": statusColors(),
      "circle-radius": byZoom(9, 7, 16, 11),
      "circle-stroke-color": "#16262b",
      "circle-stroke-width": 3,
    },
  });
}

/** A status's color from the page's style sheet, so that legend, list and map agree. */
function statusColors() {
  const styles = getComputedStyle(document.documentElement);
  const color = (code) => styles.getPropertyValue(`--${code}`).trim();
  const known = Object.keys(page.statuses).flatMap((code) => [code, color(code) || color("rejected")]);
  return ["match", ["get", "status"], ...known, color("rejected")];
}

// How the ground looks: streets, jurisdictions and their names, below whatever is shown on it.

import { addColored, color } from "./colors.js";
import { isPersian, page } from "./page.js";

const NAME = isPersian ? ["get", "name_fa"] : ["coalesce", ["get", "name_en"], ["get", "name_fa"]];
const DEEPEST = 15; // beyond, the map draws the tiles of this zoom larger

// Where a name may stand where reports lie at its place, in heights of a letter: the nearest spot that is free.
const BESIDE = [0, 1, 1.5, 2, 2.5, 3, 3.5].flatMap((away) => around(away, away ? 12 : 1));

/** A value that grows with the zoom: pairs of zoom and value. */
export const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const ifHighway = (yes, no) => ["case", ["==", ["get", "road_class"], "highway"], yes, no];
const FROM_TILES = { source: "ground", "source-layer": page.level };
const collection = (features) => ({ type: "FeatureCollection", features });

/** Places so far around a point, as symbols take them. */
export function around(away, directions) {
  return Array.from({ length: directions }, (_, i) => (2 * Math.PI * i) / directions)
    .flatMap((angle) => ["center", [away * Math.cos(angle), away * Math.sin(angle)]]);
}

/** The style to start from: the base map where one is set and answers, else an empty sheet for our own layers. */
export async function startingStyle(onFailure = () => {}) {
  const own = { version: 8, sources: {}, layers: [] };
  if (!page.basemap) return { style: own, isOwn: true };
  try {
    const response = await fetch(page.basemap, { signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error(String(response.status));
    const style = await response.json();
    document.documentElement.classList.add("on-basemap");
    return { style, isOwn: false };
  } catch {
    onFailure();
    return { style: own, isOwn: true };
  }
}

/** Draw the jurisdictions of the page's level with their names (points); on a base map their ground stays clear. */
export function addGround(map, { names, isOwn }) {
  const address = `${location.origin}/api/v1/tiles/${page.level}/{z}/{x}/{y}.mvt`;
  map.addSource("ground", { type: "vector", tiles: [address], minzoom: 0, maxzoom: DEEPEST });
  map.addSource("ground-names", { type: "geojson", data: collection(names) });
  const fill = () => (isOwn ? { "fill-color": color("land") } : { "fill-color": color("border"), "fill-opacity": 0.05 });
  if (isOwn) addColored(map, () => ({ id: "beyond", type: "background", paint: { "background-color": color("beyond") } }));
  addColored(map, () => ({ id: "ground", type: "fill", ...FROM_TILES, paint: fill() }));
  map.addLayer({
    id: "ground-shade",
    type: "fill",
    ...FROM_TILES,
    maxzoom: 14,
    paint: {
      "fill-color": "rgba(0, 0, 0, 0)",
      "fill-antialias": false,
      "fill-opacity": ["interpolate", ["linear"], ["zoom"], 10, isOwn ? 0.8 : 0.6, 13.5, 0],
    },
  });
  addColored(map, () => edge("ground-edge-wash", 0.1, byZoom(9, 3, 15, 12)));
  addColored(map, () => edge("ground-edge", 0.65, byZoom(9, 0.8, 15, 2)));
  addColored(map, () => ({
    id: "ground-names",
    type: "symbol",
    source: "ground-names",
    maxzoom: 15,
    layout: {
      "text-field": NAME,
      "text-font": ["Vazirmatn Bold", "Vazirmatn"], // the first gives the weight, the second the family
      "text-size": byZoom(9, 11, 13, 17),
      "text-max-width": 7,
      "text-padding": 1,
      "text-variable-anchor-offset": BESIDE,
    },
    paint: { "text-color": color("name"), "text-halo-color": color("name-halo"), "text-halo-width": 1.8 },
  }));
}

function edge(id, opacity, width) {
  const paint = { "line-color": color("border"), "line-opacity": opacity, "line-width": width };
  return { id, type: "line", ...FROM_TILES, layout: { "line-join": "round" }, paint };
}

/** Draw streets below the edges of the ground, their names below the reports. */
export function addStreets(map, streets) {
  map.addSource("streets", { type: "geojson", data: streets });
  const below = (id) => (map.getLayer(id) ? id : undefined);
  const widths = (far, town, quarter, near) => [ifHighway(...far), ifHighway(...town), ifHighway(...quarter), near];
  const paved = (highway, other) => ifHighway(color(highway), color(other));
  const edges = () => street("streets-edge", paved("highway-edge", "street-edge"), widths([2, 1.3], [3, 2.1], [6, 4.4], 22));
  const beds = () => street("streets", paved("highway", "street"), widths([1, 0.4], [1.8, 1], [4.4, 3], 18));
  addColored(map, edges, below("ground-edge-wash"));
  addColored(map, beds, below("ground-edge-wash"));
  addColored(map, () => ({
    id: "street-names",
    type: "symbol",
    source: "streets",
    minzoom: 12.5,
    layout: {
      "symbol-placement": "line",
      "text-field": NAME,
      "text-font": ["Vazirmatn"],
      "text-size": byZoom(12, 11, 17, 14),
      "symbol-spacing": 180,
      "text-max-angle": 30,
      "text-padding": 2,
    },
    paint: { "text-color": color("street-name"), "text-halo-color": color("street-halo"), "text-halo-width": 1.6 },
  }), below("reports"));
}

/** A layer of streets whose width has one value for each of the zooms 9, 11, 13 and 17. */
function street(id, fill, [far, town, quarter, near]) {
  const width = byZoom(9, far, 11, town, 13, quarter, 17, near);
  const layout = { "line-join": "round", "line-cap": "round" };
  return { id, type: "line", source: "streets", layout, paint: { "line-color": fill, "line-width": width } };
}

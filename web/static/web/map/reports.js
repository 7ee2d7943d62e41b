// Reports on the map, from vector tiles: numbers where they are many, points colored by status where they are few.

import { addColored, color } from "./colors.js";
import { isPersian, page } from "./page.js";
import { around, byZoom } from "./style.js";

const CLOSED = ["resolved", "rejected"];
export const SINGLES_FROM = 14; // from this zoom on a tile holds each report by itself
const DEEPEST = 16; // beyond, the map draws the tiles of this zoom larger
const LAYERS = ["reports", "clusters", "cluster-counts"];
const NOTHING = { type: "FeatureCollection", features: [] };
const RADIUS = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 7, 1, 12, 2, 16, 3, 20, 5, 27]; // of a cluster
const BLANK = "city-eye-blank"; // a picture of nothing, a pixel large
// Larger for a larger cluster, and for no two the same: of circles that overlap, the one on top has its number placed first.
const AWAY = ["distance", { type: "Point", coordinates: [0, 0] }];
const WEIGHT = ["+", ["get", "count"], ["/", AWAY, 1e8]];
const WITH_PLACE = [">=", AWAY, 0]; // true; a layer looks at places only where its filter does

const ifClosed = (yes, no) => ["case", ["in", ["get", "status"], ["literal", CLOSED]], yes, no];

/** Draw the reports that `parameters` choose (null: none); the names of the ground stand above single ones. */
export function addReports(map, parameters) {
  let drawn = tiles(parameters);
  map.addSource("reports", { type: "vector", tiles: [drawn], minzoom: 0, maxzoom: DEEPEST });
  map.addImage(BLANK, { width: 1, height: 1, data: new Uint8Array(4) });
  map.addSource("selected", { type: "geojson", data: NOTHING });
  addColored(map, points, "ground-names");
  addColored(map, clusters);
  map.addLayer(counts());
  addColored(map, selected);
  show(parameters);

  function show(chosen) {
    for (const layer of LAYERS) map.setLayoutProperty(layer, "visibility", chosen ? "visible" : "none");
  }

  return {
    /** Draw what other parameters choose; what is drawn stays until the new tiles are there. */
    choose(chosen) {
      show(chosen);
      if (!chosen || tiles(chosen) === drawn) return;
      drawn = tiles(chosen);
      map.getSource("reports").setTiles([drawn]);
    },
    /** Look again for what has changed. */
    refresh: () => map.refreshTiles("reports"),
    /** Mark the report being read, null for none. */
    mark: (feature) => map.getSource("selected").setData({ ...NOTHING, features: feature ? [feature] : [] }),
  };
}

function tiles(parameters) {
  const query = String(parameters ?? "").replaceAll("%2C", ",");
  return `${location.origin}/api/v1/tiles/reports/{z}/{x}/{y}.mvt${query ? `?${query}` : ""}`;
}

function selected() {
  return {
    id: "selected",
    type: "circle",
    source: "selected",
    paint: {
      "circle-color": statusColors(),
      "circle-radius": byZoom(9, 7, 16, 11),
      "circle-stroke-color": color("chosen-edge"),
      "circle-stroke-width": 3,
    },
  };
}

function points() {
  return {
    id: "reports",
    type: "circle",
    source: "reports",
    "source-layer": "reports",
    minzoom: SINGLES_FROM,
    layout: { "circle-sort-key": ifClosed(0, 1) }, // the open ones above the closed
    paint: {
      "circle-color": statusColors(),
      "circle-radius": byZoom(12, ifClosed(3.2, 4.2), 16, ifClosed(7.5, 9)),
      "circle-opacity": ifClosed(0.6, 0.92),
      "circle-stroke-color": color("spot-edge"),
      "circle-stroke-width": 1.4,
      "circle-stroke-opacity": ifClosed(0.75, 1),
    },
  };
}

function clusters() {
  const count = ["get", "count"];
  return {
    id: "clusters",
    type: "circle",
    source: "reports",
    "source-layer": "reports",
    maxzoom: SINGLES_FROM,
    filter: WITH_PLACE,
    layout: { "circle-sort-key": WEIGHT },
    paint: {
      "circle-color": ["case", ["==", count, 1], color("cluster-of-one"), color("cluster")],
      "circle-radius": RADIUS,
      "circle-opacity": 0.94,
      "circle-stroke-color": color("cluster-edge"),
      "circle-stroke-width": 2,
      "circle-stroke-opacity": 0.9,
    },
  };
}

/**
 * The numbers in the circles. A blank picture as large as its circle stands behind each: a number that would lie over a
 * larger circle gives way to it, and the names of streets and of the ground, which are placed later, to all circles.
 */
function counts() {
  const count = ["get", "count"];
  const locale = isPersian ? "fa-IR" : "en";
  const whole = ["number-format", count, { locale }];
  // Rounded here: a format of no fraction digits is taken for one that says nothing.
  const thousands = ["number-format", ["round", ["/", count, 1000]], { locale }];
  // The Persian word is as wide as a number: it stands below, and both within the circle.
  const unit = isPersian ? `\n${page.messages.thousands.trim()}` : page.messages.thousands;
  const short = ["format", thousands, {}, unit, { "font-scale": isPersian ? 0.7 : 1 }];
  return {
    id: "cluster-counts",
    type: "symbol",
    source: "reports",
    "source-layer": "reports",
    maxzoom: SINGLES_FROM,
    filter: WITH_PLACE,
    layout: {
      "symbol-sort-key": ["-", WEIGHT], // the largest is placed first
      "icon-image": BLANK,
      "icon-size": ["*", 2, RADIUS],
      "icon-padding": 0,
      "icon-allow-overlap": true,
      "text-field": ["case", ["==", count, 1], "", [">=", count, 10000], short, ["format", whole, {}]],
      "text-font": ["Vazirmatn Bold", "Vazirmatn"], // the first gives the weight, the second the family
      "text-size": ["interpolate", ["linear"], ["log10", count], 0, 11, 3, 13, 5, 15],
      "text-line-height": 1,
      "text-padding": 0,
      "text-optional": true,
      "text-variable-anchor-offset": ["center", [0, 0], ...around(0.45, 8)],
    },
    paint: { "text-color": "#ffffff" },
  };
}

/** A status's color from the page's style sheet, so that legend, list and map agree. */
function statusColors() {
  const known = Object.keys(page.statuses).flatMap((code) => [code, color(code) || color("rejected")]);
  return ["match", ["get", "status"], ...known, color("rejected")];
}

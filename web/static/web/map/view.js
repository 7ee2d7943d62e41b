// The map of the page: the city's ground, the reports on it, and what a click or tap means.

import { read } from "./api.js";
import { makeMap, styled } from "./canvas.js";
import { extent, labelPoints } from "./ground.js";
import { isInSight, padding, sightOffset } from "./layout.js";
import { addGround, addReports, addStreets, startingStyle } from "./style.js";

const TOUCH_PX = 10; // how far beside a point a finger may land
const SAME_PLACE_PX = 3;

const collection = (features) => ({ type: "FeatureCollection", features });

/** A view on `shapes`; `onOpen` gets the reports at the place that was clicked, `onMoved` comes after each move. */
export async function makeView({ container, shapes, onOpen, onMoved, onBasemapFailure, onStreetsFailure }) {
  const { style, isOwn } = await startingStyle(onBasemapFailure);
  const map = makeMap(container, { style, hash: "map", bounds: extent(shapes), fitBoundsOptions: { padding: padding() } });
  await styled(map);
  addGround(map, { shapes, names: labelPoints(shapes), isOwn });
  addReports(map);
  if (isOwn) read("streets").then((streets) => addStreets(map, streets)).catch(onStreetsFailure);
  let shown = new Map();
  map.on("moveend", onMoved);
  map.on("click", (event) => {
    const found = referencesAt(map, event.point).map((reference) => shown.get(reference)).filter(Boolean);
    if (found.length) onOpen(found.sort(newestFirst));
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = referencesAt(map, event.point).length ? "pointer" : "";
  });

  return {
    map,
    showReports(features) {
      shown = new Map(features.map((feature) => [feature.properties.reference, feature]));
      map.getSource("reports").setData(collection(features));
    },
    /** Mark the report being read (null for none), and bring it into sight. */
    select(feature) {
      map.getSource("selected").setData(collection(feature ? [feature] : []));
      const center = feature?.geometry.coordinates;
      if (center && !isInSight(map.project(center))) map.easeTo({ center, offset: sightOffset() });
    },
  };
}

const newestFirst = (a, b) => b.properties.received_at.localeCompare(a.properties.received_at);

/** The references of the reports at the place nearest to a point of the screen, each once. */
function referencesAt(map, { x, y }) {
  const box = [[x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX]];
  const hits = map.queryRenderedFeatures(box, { layers: ["reports"] });
  const away = (feature, from) => {
    const at = map.project(feature.geometry.coordinates);
    return Math.hypot(at.x - from.x, at.y - from.y);
  };
  const nearest = hits.sort((a, b) => away(a, { x, y }) - away(b, { x, y }))[0];
  if (!nearest) return [];
  const place = map.project(nearest.geometry.coordinates);
  return [...new Set(hits.filter((each) => away(each, place) <= SAME_PLACE_PX).map((each) => each.properties.reference))];
}

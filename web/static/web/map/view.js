// The map of the page: the city's ground, the reports on it, and what a click or tap means.

import { read } from "./api.js";
import { makeMap, styled } from "./canvas.js";
import { extent, labelPoints } from "./ground.js";
import { isInSight, padding, sightOffset } from "./layout.js";
import { addReports, SINGLES_FROM } from "./reports.js";
import { addGround, addStreets, startingStyle } from "./style.js";

const TOUCH_PX = 10; // how far beside a point a finger may land
const SAME_PLACE_PX = 3;
const CLUSTER_PX = 2;
const DEEPEST_ENTERED = 18;

/** A view on `shapes`; `onOpen` gets the reports at the place that was clicked, `onMoved` comes after each move. */
export async function makeView({ container, shapes, parameters, onOpen, onMoved, onBasemapFailure, onStreetsFailure }) {
  const { style, isOwn } = await startingStyle(onBasemapFailure);
  const fit = { bounds: extent(shapes), fitBoundsOptions: { padding: padding() } };
  const map = makeMap(container, { style, hash: "map", refreshExpiredTiles: false, ...fit });
  await styled(map);
  addGround(map, { names: labelPoints(shapes), isOwn });
  const reports = addReports(map, parameters);
  if (isOwn) read("streets").then((streets) => addStreets(map, streets)).catch(onStreetsFailure);
  map.on("moveend", onMoved);
  map.on("click", ({ point }) => {
    const [found, cluster] = [reportsAt(map, point), clusterAt(map, point)];
    if (found.length) onOpen(found);
    else if (cluster) enter(map, cluster);
  });
  map.on("mousemove", ({ point }) => {
    map.getCanvas().style.cursor = reportsAt(map, point).length || clusterAt(map, point) ? "pointer" : "";
  });

  return {
    map,
    /** Draw the reports that other parameters choose. */
    choose: reports.choose,
    /** Look again for what has changed. */
    refresh: reports.refresh,
    /** Mark the report being read (null for none), and bring it into sight. */
    select(feature) {
      reports.mark(feature);
      const center = feature?.geometry.coordinates;
      if (center && !isInSight(map.project(center))) map.easeTo({ center, offset: sightOffset() });
    },
  };
}

/** Go where the reports of a cluster part. */
function enter(map, { geometry, properties }) {
  const zoom = Math.min(DEEPEST_ENTERED, Math.max(properties.expansion_zoom ?? SINGLES_FROM, Math.floor(map.getZoom()) + 1));
  map.easeTo({ center: geometry.coordinates, zoom, offset: sightOffset() });
}

function clusterAt(map, { x, y }) {
  const box = [[x - CLUSTER_PX, y - CLUSTER_PX], [x + CLUSTER_PX, y + CLUSTER_PX]];
  return map.queryRenderedFeatures(box, { layers: ["clusters"] })[0];
}

/** The reports at the place nearest to a point of the screen, each once. */
function reportsAt(map, { x, y }) {
  const box = [[x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX]];
  const hits = map.queryRenderedFeatures(box, { layers: ["reports"] });
  const away = (feature, from) => {
    const at = map.project(feature.geometry.coordinates);
    return Math.hypot(at.x - from.x, at.y - from.y);
  };
  const nearest = hits.sort((a, b) => away(a, { x, y }) - away(b, { x, y }))[0];
  if (!nearest) return [];
  const place = map.project(nearest.geometry.coordinates);
  const here = hits.filter((each) => away(each, place) <= SAME_PLACE_PX);
  return [...new Map(here.map((each) => [each.properties.reference, plain(each)])).values()];
}

/** A feature of a tile as one that a source takes: the map's own objects have no prototype, and cannot be handed on. */
function plain({ geometry: { type, coordinates }, properties }) {
  return { type: "Feature", geometry: { type, coordinates }, properties: { ...properties } };
}

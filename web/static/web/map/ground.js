// Shapes as the map needs them: the extent of all, and for each the place where its name stands.

export const NAMES_ZOOM = 10; // shapes drawn for this zoom are enough to find where a name stands

const STEPS = 24; // cells a side of the grid in which the place for a name is sought

/** [[west, south], [east, north]] of some features with polygons. */
export function extent(features) {
  const box = [[Infinity, Infinity], [-Infinity, -Infinity]];
  for (const ring of features.flatMap((feature) => polygons(feature).flat())) stretch(box, ring);
  return box;
}

/** A point feature for each polygon feature, well inside its largest part, with the same properties. */
export function labelPoints(features) {
  return features.map((feature) => ({
    type: "Feature",
    properties: feature.properties,
    geometry: { type: "Point", coordinates: middle(largest(polygons(feature))) },
  }));
}

function polygons({ geometry }) {
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
}

function stretch(box, ring) {
  for (const [x, y] of ring) {
    box[0] = [Math.min(box[0][0], x), Math.min(box[0][1], y)];
    box[1] = [Math.max(box[1][0], x), Math.max(box[1][1], y)];
  }
  return box;
}

function largest(parts) {
  const size = (rings) => Math.abs(area(rings[0]));
  return parts.reduce((best, rings) => (size(rings) > size(best) ? rings : best));
}

function area(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0) / 2;
}

/** The cell of a grid over the polygon that lies inside and furthest from its edges. */
function middle(rings) {
  const [[west, south], [east, north]] = stretch([[Infinity, Infinity], [-Infinity, -Infinity]], rings[0]);
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180); // a degree of longitude is shorter
  let best = { room: -1, at: rings[0][0] };
  for (let i = 0.5; i < STEPS; i += 1) {
    for (let j = 0.5; j < STEPS; j += 1) {
      const at = [west + ((east - west) * i) / STEPS, south + ((north - south) * j) / STEPS];
      const room = inside(at, rings) ? toEdge(at, rings, squeeze) : -1;
      if (room > best.room) best = { room, at };
    }
  }
  return best.at;
}

function inside([x, y], rings) {
  let within = false;
  for (const [[ax, ay], [bx, by]] of edges(rings)) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

function toEdge([x, y], rings, squeeze) {
  let nearest = Infinity;
  for (const [[ax, ay], [bx, by]] of edges(rings)) {
    const [dx, dy, px, py] = [(bx - ax) * squeeze, by - ay, (x - ax) * squeeze, y - ay];
    const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(px - along * dx, py - along * dy));
  }
  return nearest;
}

function* edges(rings) {
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) yield [ring[i - 1], ring[i]];
  }
}

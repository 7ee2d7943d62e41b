// Loads all places into supercluster, says what that took, then asks for one view as long as it is told to, turn by turn.
// Arguments: the folder of packages, a file of [[lon, lat], …], the view as [west, south, east, north], its zoom.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [folder, file, box, zoom] = process.argv.slice(2);
const { default: Supercluster } = await import(pathToFileURL(`${folder}/supercluster/index.js`));

const features = JSON.parse(readFileSync(file)).map((coordinates, number) => (
  { type: 'Feature', geometry: { type: 'Point', coordinates }, properties: { number } }
));
const began = performance.now();
const index = new Supercluster({ radius: 64, maxZoom: 16 }).load(features);
const loaded = { load_ms: performance.now() - began, megabytes: process.memoryUsage().rss / 1e6 };

function turn(seconds) {
  const took = [];
  const start = performance.now();
  let now = start;
  while (now - start < seconds * 1000) {
    index.getClusters(JSON.parse(box), Number(zoom));
    const after = performance.now();
    took.push(after - now);
    now = after;
  }
  took.sort((one, other) => one - other);
  return { per_second: took.length / (now - start) * 1000, median_ms: took[took.length >> 1] };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(line ? turn(Number(line)) : loaded));
}

// Draws every map of the page (geo/templates/geo/map.html) from the data written beside it.

const GROUND = '#5b7a70';
const STREET = '#c9bfa9';
const SUBJECT = '#b3261e';
const SHADE = '#6b7280';
const FONT = ['Vazirmatn', 'Tahoma', 'sans-serif'];

const paintersByLook = {
  ground: (source) => [
    { type: 'fill', paint: { 'fill-color': GROUND, 'fill-opacity': 0.06 } },
    { type: 'line', paint: { 'line-color': GROUND, 'line-width': 1.5, 'line-dasharray': [4, 2] } },
    ...names(source, { 'symbol-placement': 'point', 'text-size': 13 }, GROUND),
  ],
  street: (source) => [
    { type: 'line', paint: { 'line-color': STREET, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.8, 16, 5] } },
    ...names(source, { 'symbol-placement': 'line', 'text-size': 11 }, '#6d6450'),
  ],
  subject: () => [
    { type: 'fill', filter: surfaces, paint: { 'fill-color': SUBJECT, 'fill-opacity': 0.12 } },
    { type: 'line', filter: notPoints, paint: { 'line-color': SUBJECT, 'line-width': 2.5 } },
    { type: 'circle', filter: points, paint: dot(SUBJECT, 8) },
  ],
  shade: () => [{ type: 'circle', filter: points, paint: dot(SHADE, 6) }],
};

const surfaces = ['==', ['geometry-type'], 'Polygon'];
const points = ['==', ['geometry-type'], 'Point'];
const notPoints = ['!=', ['geometry-type'], 'Point'];

function dot(color, radius) {
  return { 'circle-color': color, 'circle-radius': radius, 'circle-stroke-color': '#fff', 'circle-stroke-width': 2 };
}

function names({ label }, layout, color) {
  if (!label) return [];
  return [{
    type: 'symbol',
    layout: { ...layout, 'text-field': ['coalesce', ['get', label], ''], 'text-font': FONT, 'text-max-width': 8 },
    paint: { 'text-color': color, 'text-halo-color': '#fff', 'text-halo-width': 1.5 },
  }];
}

function emptyStyle() {
  return {
    version: 8,
    sources: {},
    layers: [{ id: 'paper', type: 'background', paint: { 'background-color': '#f3f5f2' } }],
  };
}

function addLayers(map, layers) {
  layers.forEach((layer, number) => {
    const source = `given-${number}`;
    map.addSource(source, { type: 'geojson', data: layer.data });
    paintersByLook[layer.look](layer).forEach((painter, part) => {
      map.addLayer({ id: `${source}-${layer.look}-${part}`, source, ...painter });
    });
  });
}

async function draw(figure) {
  const given = JSON.parse(figure.querySelector('script').textContent);
  const { Map, NavigationControl, ScaleControl } = await import(new URL(figure.dataset.library, document.baseURI));
  const [west, south, east, north] = given.extent;
  const map = new Map({
    container: figure.querySelector('.geo-map-canvas'),
    style: given.style || emptyStyle(),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 40, maxZoom: 15 },
    attributionControl: { customAttribution: figure.dataset.attribution },
    dragRotate: false,
  });
  map.scrollZoom.disable(); // the wheel scrolls the page
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  figure.map = map;
  if (given.style) paperInsteadOf(map);
  map.once('load', () => addLayers(map, given.layers));
  map.on('idle', () => { figure.dataset.state = 'drawn'; });
}

// A base map that does not answer must not take our own layers with it.
function paperInsteadOf(map) {
  const change = () => map.setStyle(emptyStyle());
  map.once('error', change);
  map.once('styledata', () => map.off('error', change));
}

function admit(figure) {
  figure.dataset.state = 'failed';
  figure.querySelector('[data-geo-map-note]').hidden = false;
}

document.querySelectorAll('[data-geo-map]').forEach((figure) => draw(figure).catch(() => admit(figure)));

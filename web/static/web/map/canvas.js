// A MapLibre map with our habits: north up, our words on its buttons, on the side where the text ends.

import { AttributionControl, Map, NavigationControl } from "../../maplibre-gl/maplibre-gl.mjs";

import { isRightToLeft, say } from "./page.js";

/** A map in `container`; `options` are MapLibre's. */
export function makeMap(container, options) {
  const map = new Map({
    container,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    renderWorldCopies: false,
    ...(matchMedia("(prefers-reduced-motion: reduce)").matches ? { fadeDuration: 0 } : {}),
    locale: words(),
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const corner = isRightToLeft ? "bottom-left" : "bottom-right";
  map.addControl(new AttributionControl({ compact: false, customAttribution: attribution() }), corner);
  map.addControl(new NavigationControl({ showCompass: false }), corner);
  return map;
}

function words() {
  return {
    "Map.Title": say("map"),
    "NavigationControl.ZoomIn": say("zoomIn"),
    "NavigationControl.ZoomOut": say("zoomOut"),
    "AttributionControl.ToggleAttribution": say("toggleAttribution"),
  };
}

function attribution() {
  return `<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener noreferrer">${say("attribution")}</a>`;
}

/** Resolves when the map's style is there and layers can be added. */
export function styled(map) {
  return new Promise((resolve) => map.once("style.load", resolve));
}

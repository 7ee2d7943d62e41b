// What this browser can do, asked before the library that draws is fetched: it is larger than all the rest together.

/** Whether this browser can draw the map at all. */
export function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

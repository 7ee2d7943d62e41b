// The colors of the page's style sheet, as the map takes them: in the dark they are others.

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The color that the style sheet calls `--name`, as it is now. */
export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Call `then` each time the reader turns to the dark, or back. */
export const onTurn = (then) => dark.addEventListener("change", then);

/** Add the layer that `make` makes, below another if one is named; its paint is made anew when colors turn. */
export function addColored(map, make, below) {
  map.addLayer(make(), below);
  onTurn(() => {
    const { id, paint } = make();
    for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
  });
}

// Draws rectangles on a photo, and writes them as lines of percent into the form below it.

const figure = document.querySelector('[data-cover]');
const lines = document.querySelector('[data-covers]');

if (figure && lines) {
  let start = null;
  const sheet = document.createElement('div');
  sheet.className = 'report-cover-sheet';
  figure.append(sheet);

  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const part = (value, first, size) => Math.min(1, Math.max(0, (value - first) / size));
    return { x: part(event.clientX, box.left, box.width), y: part(event.clientY, box.top, box.height) };
  };
  const between = (one, other) => [
    Math.min(one.x, other.x), Math.min(one.y, other.y), Math.abs(one.x - other.x), Math.abs(one.y - other.y),
  ].map((value) => value * 100);

  const read = () => lines.value.split('\n')
    .map((line) => line.trim().split(/[\s,]+/).map(Number))
    .filter((values) => values.length === 4 && values.every(Number.isFinite));

  const draw = (drawn = null) => {
    sheet.replaceChildren(...[...read(), ...(drawn ? [drawn] : [])].map(([left, top, width, height]) => {
      const cover = document.createElement('span');
      Object.assign(cover.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
      return cover;
    }));
  };

  sheet.addEventListener('pointerdown', (event) => {
    start = place(event);
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener('pointermove', (event) => {
    if (start) draw(between(start, place(event)));
  });
  sheet.addEventListener('pointerup', (event) => {
    if (!start) return;
    const drawn = between(start, place(event));
    start = null;
    if (drawn[2] > 0.3 && drawn[3] > 0.3) {
      const line = drawn.map((value) => value.toFixed(2)).join(' ');
      lines.value = [lines.value.trim(), line].filter(Boolean).join('\n');
    }
    draw();
  });
  sheet.addEventListener('pointercancel', () => {
    start = null;
    draw();
  });
  lines.addEventListener('input', () => draw());
  draw();
}

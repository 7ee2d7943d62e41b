// What a view holds: how many reports, and the newest of them; the newest question alone answered.

import { read } from "./api.js";

const PAUSE_MS = 250; // a hand still moving the map asks nothing

/** A feed; `ask` gives the query parameters of the moment (null asks nothing), `most` how many reports are listed. */
export function makeFeed({ ask, most, onBusy, onReports, onFailure }) {
  let running = null;
  let timer = null;

  async function refresh() {
    clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    onBusy(true);
    try {
      const found = await load(ask(), mine.signal);
      if (!mine.signal.aborted) onReports(found);
    } catch (error) {
      if (!mine.signal.aborted) onFailure(error);
    }
    if (running === mine) onBusy(false);
  }

  async function load(parameters, signal) {
    if (!parameters) return { features: [], count: 0 };
    const [page, counted] = await Promise.all([
      read(`reports?${withMore(parameters, { limit: most })}`, { signal }),
      read(`clusters?${withMore(parameters, { zoom: 0 })}`, { signal }),
    ]);
    return { features: page.features, count: counted.count };
  }

  return {
    refresh,
    /** Refresh when the hand rests. */
    refreshSoon() {
      clearTimeout(timer);
      timer = setTimeout(refresh, PAUSE_MS);
    },
  };
}

function withMore(parameters, more) {
  const query = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query.toString().replaceAll("%2C", ",");
}

/** The view of a map as a `bbox`, rounded outward to about a metre and kept on the globe. */
export function boxOf(map) {
  const bounds = map.getBounds();
  const down = (degrees, least) => Math.max(least, Math.floor(degrees * 1e5) / 1e5);
  const up = (degrees, most) => Math.min(most, Math.ceil(degrees * 1e5) / 1e5);
  return [down(bounds.getWest(), -180), down(bounds.getSouth(), -90), up(bounds.getEast(), 180), up(bounds.getNorth(), 90)].join(",");
}

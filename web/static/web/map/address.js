// The reader's choice in the address bar: a view that can be sent on, and that the back button does not lose.

const KEYS = ["topic", "status", "ground", "since"];

/** The choice that the address holds: `topic`, `status` (a list), `ground`, `since`; absent is everything. */
export function choiceInAddress() {
  const query = new URLSearchParams(location.search);
  const choice = Object.fromEntries(KEYS.filter((key) => query.has(key)).map((key) => [key, query.get(key)]));
  return { ...choice, status: choice.status === undefined ? null : choice.status.split(",").filter(Boolean) };
}

/** Keep the choice in the address, beside what else stands there; the view of the map stands behind the #. */
export function keepInAddress(choice) {
  const query = new URLSearchParams(location.search);
  for (const key of KEYS) {
    const value = choice[key];
    if (value === null || value === undefined || value === "") query.delete(key);
    else query.set(key, Array.isArray(value) ? value.join(",") : value);
  }
  const text = query.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
}

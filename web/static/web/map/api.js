// Reading the API of the host the page came from.

const API = "/api/v1/";

/** The JSON behind a path below the API; rejects for every answer that is not a success. */
export async function read(path, { signal } = {}) {
  const headers = { Accept: "application/geo+json, application/json" };
  const response = await fetch(API + path, { signal, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

-- Asks for one address after the other from a file (first argument), beginning somewhere in it (second), and ends with
-- one line of JSON for the bench. An address may be followed by a tab and an ETag: then it asks whether that holds.
local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local address, etag = line:match("^([^\t]*)\t?(.*)$")
    local headers = etag ~= "" and { ["If-None-Match"] = etag } or nil
    requests[#requests + 1] = wrk.format("GET", address, headers)
  end
  at = tonumber(arguments[2]) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"answers":%d,"failed":%d,"seconds":%.6f,"median_ms":%.3f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3))
end

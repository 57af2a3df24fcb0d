-- The load of one round for wrk: paths in turn, or items to create, each with a key of its own. At the end one line of
-- figures: requests, microseconds, p50, p95, p99 in microseconds, refused, broken.
local requests, at = {}, 0
local method, run, api_key = os.getenv("BENCH_METHOD"), os.getenv("BENCH_RUN"), os.getenv("BENCH_API_KEY")
local paths = os.getenv("BENCH_PATHS")
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init()
   wrk.headers["Authorization"] = "Bearer " .. api_key
   for path in io.lines(paths) do
      requests[#requests + 1] = method == "GET" and wrk.format("GET", path) or path
   end
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   at = at + 1
   if method == "GET" then
      return requests[at % #requests + 1]
   end
   local name = run .. "-" .. number .. "-" .. at
   wrk.headers["Idempotency-Key"] = name
   local body = '{"sku":"' .. name .. '","name":"Chai, first flush","description":"Loose leaf, by the box",'
      .. '"category":"Beverages","unit":"box","unit_cost":{"amount":1800,"currency":"USD"},"reorder_level":"12.5"}'
   return wrk.format("POST", requests[1], nil, body)
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format("figures %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
      latency:percentile(50), latency:percentile(95), latency:percentile(99), errors.status,
      errors.connect + errors.read + errors.write + errors.timeout))
end

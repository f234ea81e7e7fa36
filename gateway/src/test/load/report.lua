-- Says in one line what wrk would say in words that are hard to read back.
done = function(summary, latency, requests)
    local failed = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), failed.status,
        failed.connect + failed.read + failed.write + failed.timeout))
end

-- HAProxy asks Latchkey who may pass; see haproxy.cfg beside this file. HAProxy 2.6 and newer.

-- What Latchkey needs to know of the request: who makes it, and whether a page or a program does.
local asked_with = {
    "accept", "cookie", "referer", "sec-fetch-dest", "sec-fetch-mode", "x-requested-with",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
}

-- What the app is told, by the name in Latchkey's answer. Where the answer has none, the client's own is gone as well.
local told = {
    ["authorization"] = "Authorization",
    ["x-auth-request-user"] = "X-Forwarded-User",
    ["x-auth-request-preferred-username"] = "X-Forwarded-Preferred-Username",
    ["x-auth-request-email"] = "X-Forwarded-Email",
    ["x-auth-request-groups"] = "X-Forwarded-Groups",
}

-- What a browser is told where the request may not pass.
local passed_on = {
    "cache-control", "content-security-policy", "content-type", "location", "retry-after", "vary", "www-authenticate",
    "x-content-type-options", "x-latchkey-problem",
}

local function lines_of(headers, name)
    local lines = {}
    local values = headers[name]
    if values then
        for index = 0, #values do
            if values[index] then
                lines[#lines + 1] = values[index]
            end
        end
    end
    return lines
end

local function question(txn)
    local received = txn.http:req_get_headers()
    local headers = {
        ["x-forwarded-method"] = { txn.f:method() },
        ["x-forwarded-uri"] = { txn.f:pathq() },
    }
    for _, name in ipairs(asked_with) do
        local lines = lines_of(received, name)
        if #lines > 0 then
            headers[name] = lines
        end
    end
    return headers
end

local function refuse(txn, answer)
    local reply = txn:reply()
    -- No answer at all is no permission.
    reply:set_status((answer and answer.status and answer.status >= 300) and answer.status or 503)
    for _, name in ipairs(passed_on) do
        for _, value in ipairs(lines_of(answer and answer.headers or {}, name)) do
            reply:add_header(name, value)
        end
    end
    reply:set_body(answer and answer.body or "")
    txn:done(reply)
end

core.register_action("latchkey", { "http-req" }, function(txn, address)
    local answer = core.httpclient():get({
        url = address .. "/oauth2/auth_or_start",
        headers = question(txn),
        timeout = 10000,
    })
    if not answer or answer.status ~= 202 then
        refuse(txn, answer)
        return
    end
    for name, header in pairs(told) do
        txn.http:req_del_header(header)
        for _, value in ipairs(lines_of(answer.headers, name)) do
            txn.http:req_set_header(header, value)
        end
    end
end, 1)

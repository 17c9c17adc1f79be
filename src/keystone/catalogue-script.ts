/**
 * Sets services and endpoints by Keystone's own API, from a document on standard input; what is right already is left. By urllib, which
 * every Keystone brings, unlike curl.
 */
export const CATALOGUE_SCRIPT = `import json, sys, urllib.error, urllib.request
want = json.load(sys.stdin)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
token = None
def call(method, path, body=None):
    headers = {"Content-Type": "application/json"}
    if token: headers["X-Auth-Token"] = token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(want["url"] + path, data, headers, method=method)
    try:
        with opener.open(request, timeout=120) as answer:
            return answer.headers, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        sys.exit("%s %s: %s" % (method, path.split("?")[0], error))
    except urllib.error.URLError as error:
        sys.exit("Keystone does not answer: %s" % error.reason)
domain = {"id": "default"}
user = {"name": "admin", "domain": domain, "password": want["password"]}
auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": {"name": "admin", "domain": domain}}}
token = call("POST", "/v3/auth/tokens", {"auth": auth})[0]["X-Subject-Token"]
region = want["region"]
if region not in [one["id"] for one in call("GET", "/v3/regions")[1]["regions"]]:
    call("POST", "/v3/regions", {"region": {"id": region}})
services = call("GET", "/v3/services")[1]["services"]
endpoints = call("GET", "/v3/endpoints")[1]["endpoints"]
for one in want["endpoints"]:
    mine = [each for each in services if each["type"] == one["type"]]
    if not mine:
        made = call("POST", "/v3/services", {"service": {"type": one["type"], "name": one["name"]}})[1]["service"]
        services.append(made)
        mine = [made]
    ids = [each["id"] for each in mine]
    there = [each for each in endpoints if each["service_id"] in ids and each["interface"] == one["interface"] and each["region_id"] == region]
    if any(each["url"] == one["url"] and each["enabled"] for each in there): continue
    body = {"url": one["url"], "enabled": True}
    if there:
        chosen = [each for each in there if each["id"] == one.get("id")] or there
        call("PATCH", "/v3/endpoints/" + chosen[0]["id"], {"endpoint": body})
    else:
        body.update(service_id=ids[0], interface=one["interface"], region_id=region)
        call("POST", "/v3/endpoints", {"endpoint": body})
`

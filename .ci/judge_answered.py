"""Checks that every operation of Nexus and Atrium has succeeded at least once: if all its requests are refused, its success is untested."""

import collections
import json
import os
import sys
import urllib.request


def read(path):
    with urllib.request.urlopen(os.environ["MX_ENVIRONMENT"] + path) as response:
        return json.load(response)


requests = read("/_sandbox/requests")["requests"]
print("answered:")
for status, count in sorted(collections.Counter(one["status"] for one in requests).items()):
    print(f"  {count} times {status}")

succeeded = {(one["method"], one["path"]) for one in requests if 200 <= one["status"] < 300}
documented = {
    (method.upper(), f"/{api}{path}")
    for api in ("nexus", "atrium")
    for path, item in read(f"/_sandbox/openapi/{api}.json")["paths"].items()
    for method in item.keys() & {"get", "post", "put", "patch", "delete"}
}
refused = sorted(documented - succeeded)
print(f"{len(documented) - len(refused)} of {len(documented)} operations have succeeded")
if refused:
    sys.exit("always refused:\n" + "\n".join(f"  {method} {path}" for method, path in refused))

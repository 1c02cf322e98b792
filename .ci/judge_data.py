"""What the judge's requests are about: a Nexus user with a member for each purpose, and an Atrium user. Prints variables for a shell."""

import json
import os
import urllib.request

ADDRESS, CLIENT, KEY = (os.environ[name] for name in ("MX_ENVIRONMENT", "MX_CLIENT_ID", "MX_API_KEY"))
NEXUS = "application/vnd.mx.nexus.v1+json"
SSO = {"MD-API-KEY": KEY, "Accept": "application/vnd.moneydesktop.sso.v3+json"}
ATRIUM = {"MX-API-Key": KEY, "MX-Client-ID": CLIENT, "Accept": "application/vnd.mx.atrium.v1+json"}


def ask(method, path, body=None, media_type="application/json", headers=None):
    content = {} if body is None else {"Content-Type": media_type}
    bytes = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(ADDRESS + path, bytes, {**(headers or {}), **content}, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def add(password, **more):
    return ask("POST", "/_sandbox/members", {"user_id": "judged", "password": password, **more})


def api_token():
    return ask("GET", f"/sso/{CLIENT}/users/judged/api_token.json", headers=SSO)["api_token"]["token"]


def nexus(method, path, body=None):
    return ask(method, "/nexus" + path, body, NEXUS, session)


# A job of this member has ended before its start is answered, so that no start meets a running job.
member = add("quick")["member"]
removed = add("any")["member"]
oauth = add("any", institution="mx_bank_oauth")["member"]
opened = ask("POST", "/nexus/sessions", {}, NEXUS, {"Accept": NEXUS, "MD-API-TOKEN": api_token()})
session = {"Accept": NEXUS, "MD-SESSION-TOKEN": opened["session"]["token"]}
nexus("GET", f"/members/{member}/aggregate")
created = nexus("POST", "/accounts", {"account": {"account_type": 1, "name": "Judged"}})
data = {
    "SESSION": session["MD-SESSION-TOKEN"],
    "TOKEN": api_token(),
    "MEMBER": member,
    "REMOVED": removed,
    "OAUTH": oauth,
    "ACCOUNT": nexus("GET", f"/members/{member}/accounts")["accounts"][0]["account_guid"],
    "MANUAL_ACCOUNT": created["account"]["guid"],
    "TRANSACTION": nexus("GET", "/transactions")["transactions"][0]["guid"],
}
# Members with an open challenge: one for each of the two ways to answer, and one whose answer is stored.
for name in ("RESUMED", "ANSWERED", "STORED"):
    one = add("challenge")["member"]
    nexus("GET", f"/members/{one}/aggregate")
    ask("POST", "/_sandbox/jobs/finish")
    challenge = nexus("GET", f"/members/{one}/challenges")["challenges"][0]["guid"]
    data[name] = one
    data[f"{name}_CHALLENGE"] = challenge
answer = {"credential_guid": data["STORED_CHALLENGE"], "value": "correct"}
nexus("POST", f"/members/{data['STORED']}/credentials", {"member": answer})
data["JOB"] = nexus("GET", f"/members/{data['STORED']}")["member"]["most_recent_job_guid"]

user = add("quick", api="atrium")
of_user = f"/atrium/users/{user['user']}"


def atrium(method, path):
    return ask(method, of_user + path, headers=ATRIUM)


asked = add("challenge", api="atrium")["member"]
for one in (user["member"], asked):
    atrium("POST", f"/members/{one}/aggregate")
ask("POST", "/_sandbox/jobs/finish")
data |= {
    "ATRIUM_USER": user["user"],
    "ATRIUM_REMOVED_USER": add("any", user_id="removed", api="atrium")["user"],
    "ATRIUM_MEMBER": user["member"],
    "ATRIUM_REMOVED": add("any", api="atrium")["member"],
    "ATRIUM_OAUTH": add("any", institution="mx_bank_oauth", api="atrium")["member"],
    "ATRIUM_RESUMED": asked,
    "ATRIUM_RESUMED_CHALLENGE": atrium("GET", f"/members/{asked}/challenges")["challenges"][0]["guid"],
    "ATRIUM_ACCOUNT": atrium("GET", f"/members/{user['member']}/accounts")["accounts"][0]["guid"],
}
for name, value in data.items():
    print(f"JUDGED_{name}={value}")

"""Uses the page of the sandbox as a person does, dark and light, and writes a screenshot of each to target/page."""

import http.server
import json
import os
import threading
import urllib.request

from playwright.sync_api import expect, sync_playwright

address = os.environ["MX_ENVIRONMENT"]


def read(path):
    with urllib.request.urlopen(address + "/_sandbox" + path) as answer:
        return json.load(answer)


def send(method, path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(address + "/_sandbox" + path, data, {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request))


class Receiver(http.server.BaseHTTPRequestHandler):
    """What receives a webhook: answers 204, and keeps the bodies."""

    bodies = []

    def do_POST(self):
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()


def use_webhooks(page, message):
    challenged = next(one for one in read("/members")["members"] if one["connection_status"] == "CHALLENGED")
    page.get_by_role("combobox", name="Member").select_option(challenged["guid"])
    url = page.get_by_label("Receiver on this machine")
    url.fill(f"http://127.0.0.1:{receiver.server_port}/hook")
    page.get_by_role("button", name="Send a webhook").click()
    expect(message).to_contain_text("the receiver has answered 204")
    expect(page.locator("#webhook")).to_contain_text("CONNECTION_STATUS")
    assert Receiver.bodies[-1]["member_guid"] == challenged["guid"]
    url.fill("http://192.0.2.1/hook")
    page.get_by_role("button", name="Send a webhook").click()
    expect(message).to_contain_text("has to be of this machine")


def use_worlds(page):
    """The page of a world is reached by a choice, and shows only the world."""
    name = send("POST", "/worlds", {})["name"]
    page.get_by_role("combobox", name="World").select_option(label=name)
    page.wait_for_url(f"{address}/worlds/{name}/")
    expect(page.locator("#address")).to_contain_text(f"/worlds/{name}")
    expect(page.locator("#snippet")).to_contain_text(f"{address}/worlds/{name}/_sandbox/members")
    page.get_by_role("textbox", name="User").fill("user-of-a-world")
    page.get_by_role("button", name="Add a member").click()
    expect(page.locator("#members")).to_contain_text("user-of-a-world")
    assert not any(one["user_id"] == "user-of-a-world" for one in read("/members")["members"])
    page.get_by_role("combobox", name="World").select_option(label="the sandbox itself")
    page.wait_for_url(f"{address}/")
    urllib.request.urlopen(urllib.request.Request(f"{address}/_sandbox/worlds/{name}", method="DELETE"))
    expect(page.locator("#worlds-choice")).to_be_hidden()


def use(page):
    member = {"password": "challenge", "jobs": ["identification"]}
    send("PUT", "/world", {"users": [{"id": "asked-user", "members": [member]}]})
    expect(page.locator("#jobs")).to_contain_text("challenged")
    page.get_by_role("textbox", name="User").fill("page-user")
    page.get_by_role("button", name="Add a member").click()
    message = page.get_by_role("status")
    expect(message).to_contain_text("added MBR-")
    expect(page.locator("#members")).to_contain_text("page-user")

    page.get_by_label("Operation").fill("readMember")
    page.get_by_label("Times").fill("2")
    page.get_by_role("button", name="Add a fault").click()
    expect(page.locator("#faults")).to_contain_text('"times":2')
    assert read("/faults")["faults"][0]["operation"] == "readMember"
    page.get_by_label("Operation").fill("raedMember")
    page.get_by_role("button", name="Add a fault").click()
    expect(message).to_contain_text("did you mean readMember")
    page.get_by_role("button", name="Remove all").click()
    expect(message).to_contain_text("1 removed")

    send("POST", "/members", {"user_id": "oauth-user", "password": "any", "institution": "mx_bank_oauth"})
    page.get_by_role("button", name="Sign in").first.click()
    expect(message).to_contain_text("signed in")
    expect(page.locator("#members")).to_contain_text("CONNECTED")
    use_webhooks(page, message)
    page.get_by_role("button", name="Finish all running jobs").click()
    expect(message).to_contain_text("finished")
    page.get_by_role("button", name="Expire all sessions").click()
    expect(message).to_contain_text("expired")

    for language, part in [("Python", "urllib"), ("JavaScript", "await fetch"), ("curl", "curl -X POST")]:
        page.get_by_label("Language").select_option(label=language)
        expect(page.locator("#snippet")).to_contain_text(part)
        expect(page.locator("#snippet")).to_contain_text(address)


def check_names(page):
    """Every control has a name for a screen reader, and there is one heading of the first level."""
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")].filter(
            (one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).map((one) => one.outerHTML)"""
    )
    assert unnamed == [], unnamed
    assert page.get_by_role("heading", level=1).count() == 1


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ["BROWSER"], args=["--no-sandbox"])
    for scheme in ["light", "dark"]:
        page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda sent: problems.append(sent.url) if not sent.url.startswith(address) else None)
        page.goto(address)
        use(page)
        check_names(page)
        page.screenshot(path=f"target/page/{scheme}.png", full_page=True)
        use_worlds(page)
        page.get_by_role("button", name="Go back to the start").click()
        expect(page.locator("#members")).not_to_contain_text("page-user")
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a phone"
        assert problems == [], problems
    browser.close()
print("the page works, light and dark")

"""Uses the page of the sandbox as a person does, dark and light, and writes a screenshot of each to target/page."""

import json
import os
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


def use(page):
    member = {"password": "challenge", "jobs": ["identification"]}
    send("PUT", "/world", {"users": [{"id": "asked-user", "members": [member]}]})
    expect(page.locator("#jobs")).to_contain_text("challenged")
    page.get_by_label("User").fill("page-user")
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
        page.get_by_role("button", name="Go back to the start").click()
        expect(page.locator("#members")).not_to_contain_text("page-user")
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a phone"
        assert problems == [], problems
    browser.close()
print("the page works, light and dark")

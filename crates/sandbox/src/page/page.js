"use strict";
// The page of the sandbox: reads its state once a second, and sends the control requests of the buttons.

const element = (id) => document.getElementById(id);
// The address of the sandbox, or of the world that this page shows.
const base = document.currentScript.src.split("/_sandbox/")[0];

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path.startsWith("http") ? path : base + path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function report(text) {
  element("message").textContent = text;
}

// Sends a request of a button, and shows its outcome.
async function act(method, path, body, done) {
  try {
    report(done(await ask(method, path, body)));
  } catch (error) {
    report(error.message);
  }
  await refresh();
}

// Fills a table; a cell is a text or an element. Rows that are the same stay, so that focus and selection do too.
function fill(id, rows) {
  const body = element(id);
  const key = JSON.stringify(rows.map((row) => row.map((cell) => cell.key ?? cell)));
  if (body.dataset.key === key) return;
  body.dataset.key = key;
  body.replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    for (const cell of cells) {
      const data = document.createElement("td");
      data.append(cell.make ? cell.make() : String(cell));
      row.append(data);
    }
    return row;
  }));
}

// Fills a list of choices; those that are the same stay.
function offer(id, choices) {
  const list = element(id);
  const key = JSON.stringify(choices);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  const chosen = list.value;
  list.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === chosen)) list.value = chosen;
}

const short = (guid) => ({ key: guid, make: () => {
  const text = document.createElement("code");
  text.textContent = guid.slice(0, 12) + "…";
  text.title = guid;
  return text;
} });

function signIn(member) {
  if (!member.has_open_page) return "";
  return { key: "sign in " + member.guid, make: () => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Sign in";
    button.setAttribute("aria-label", "Sign in by OAuth for " + member.guid);
    button.onclick = () => act("POST", "/_sandbox/oauth/" + member.guid, undefined, () => "signed in");
    return button;
  } };
}

async function refresh() {
  try {
    const [members, jobs, faults, requests] = await Promise.all(
      ["members", "jobs", "faults", "requests"].map((name) => ask("GET", "/_sandbox/" + name)));
    fill("members", members.members.map((one) =>
      [one.user_id, short(one.guid), one.institution, one.connection_status, signIn(one)]));
    offer("webhook-member", members.members.map((one) =>
      [one.guid, `${one.user_id}, ${one.institution}, ${one.connection_status}`]));
    fill("jobs", jobs.jobs.map((one) => [short(one.member), one.kind, one.state, one.connection_status ?? ""]));
    fill("requests", requests.requests.slice(-100).reverse().map((one) =>
      [new Date(one.time).toLocaleTimeString(), one.method, one.path ?? "", one.status ?? "", one.fault ?? ""]));
    const texts = faults.faults.map((fault) => JSON.stringify(fault));
    element("faults").replaceChildren(...texts.map((text) => {
      const item = document.createElement("li");
      const code = document.createElement("code");
      code.textContent = text;
      item.append(code);
      return item;
    }));
    const { worlds } = await ask("GET", location.origin + "/_sandbox/worlds");
    element("worlds-choice").hidden = worlds.length === 0;
    offer("worlds", [[location.origin, "the sandbox itself"], ...worlds.map((one) => [location.origin + "/worlds/" + one.name, one.name])]);
    element("worlds").value = base;
  } catch (error) {
    report("the sandbox does not answer: " + error.message);
  }
}

const faults = {
  503: { request: "not_processed", answer: { status: 503 } },
  reset: { request: "not_processed", answer: { connection: "reset" } },
  lost: { request: "processed", answer: { connection: "reset" } },
  slow: { request: "processed", delay_ms: 2000 },
};

const snippets = {
  curl: (at) => `curl -X POST ${at}/_sandbox/members -H 'Content-Type: application/json' \\
  -d '{"user_id": "U-1", "password": "challenge"}'
curl -X POST ${at}/_sandbox/faults -H 'Content-Type: application/json' \\
  -d '{"request": "not_processed", "answer": {"status": 503}, "operation": "readMember"}'
curl ${at}/_sandbox/requests`,
  python: (at) => `import json, urllib.request

def sandbox(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request("${at}/_sandbox" + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)

member = sandbox("POST", "/members", {"user_id": "U-1", "password": "challenge"})["member"]
sandbox("POST", "/faults", {"request": "not_processed", "answer": {"status": 503}, "operation": "readMember"})
print(sandbox("GET", "/requests"))`,
  js: (at) => `const sandbox = async (method, path, body) => {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("${at}/_sandbox" + path, { method, headers, body: body && JSON.stringify(body) });
  return response.json();
};
const { member } = await sandbox("POST", "/members", { user_id: "U-1", password: "challenge" });
await sandbox("POST", "/faults", { request: "not_processed", answer: { status: 503 }, operation: "readMember" });
console.log(await sandbox("GET", "/requests"));`,
};

function showSnippet() {
  element("snippet").textContent = snippets[element("language").value](base);
}

element("add-member").onsubmit = (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(event.target));
  act("POST", "/_sandbox/members", body, (answer) => "added " + answer.member);
};
element("add-fault").onsubmit = (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const body = { ...faults[form.get("fault")], times: Number(form.get("times")) };
  if (form.get("operation")) body.operation = form.get("operation");
  act("POST", "/_sandbox/faults", body, () => "the fault is added");
};
element("send-webhook").onsubmit = (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(event.target));
  act("POST", "/_sandbox/webhooks", body, (answer) => {
    element("webhook").textContent = JSON.stringify(answer.sent, null, 2);
    return "the receiver has answered " + answer.status;
  });
};
element("worlds").onchange = (event) => location.assign(event.target.value + "/");
element("clear-faults").onclick = () => act("DELETE", "/_sandbox/faults", undefined, (answer) => answer.cleared + " removed");
element("finish").onclick = () => act("POST", "/_sandbox/jobs/finish", undefined, (answer) => answer.finished + " finished");
element("expire").onclick = () => act("POST", "/_sandbox/sessions/expire", undefined, (answer) => answer.expired + " expired");
element("reset").onclick = () => act("POST", "/_sandbox/reset", undefined, () => "as at the start");
element("language").onchange = showSnippet;
element("copy").onclick = async () => {
  await navigator.clipboard.writeText(element("snippet").textContent);
  report("copied");
};

ask("GET", "/_sandbox").then((index) => { element("client").textContent = index.client_id; });
element("address").textContent = base;
showSnippet();
refresh();
setInterval(refresh, 1000);

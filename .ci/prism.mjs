// Starts Prism for each API in front of the sandbox, and one address for all: Prism knows one document, a client has one address.
// Fails if Prism reports a violation.

import { spawn } from "node:child_process";
import http from "node:http";
import { createInterface } from "node:readline";

const SANDBOX = process.env.MX_ENVIRONMENT;
const violations = [];
const counts = {};
const proxies = [];

// The address of a Prism for this API.
async function prism(api) {
  const document = `${SANDBOX}/_sandbox/openapi/${api}.json`;
  const child = spawn(process.env.PRISM, ["proxy", document, `${SANDBOX}/${api}`, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  proxies.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/listening on (http:\/\/[\d.]+:\d+)/)?.[1];
    if (address) {
      // It stops if its output is not read.
      child.stdout.resume();
      return address;
    }
  }
  throw new Error(`Prism for ${api} has not started`);
}

const apis = ["nexus", "sso", "mdx", "atrium"];
const addresses = Object.fromEntries(await Promise.all(apis.map(async (api) => [api, await prism(api)])));

// Sends a request to the Prism of its API, and notes what Prism found in the request and in the answer.
const front = http.createServer((request, response) => {
  const [, api, path] = request.url.match(/^\/(\w+)(.*)$/);
  // The control requests have no Prism.
  const to = addresses[api] ? addresses[api] + path : SANDBOX + request.url;
  const { host, ...headers } = request.headers;
  const onward = http.request(to, { method: request.method, headers }, (answer) => {
    const { "sl-violations": found, ...kept } = answer.headers;
    if (addresses[api]) counts[api] = (counts[api] ?? 0) + 1;
    // Prism's own refusals, such as an unknown path.
    const own = answer.headers["content-type"]?.includes("problem+json");
    if (found || own) {
      violations.push(`${request.method} ${request.url} ${answer.statusCode}: ${found ?? "refused by Prism"}`);
    }
    response.writeHead(answer.statusCode, kept);
    answer.pipe(response);
  });
  onward.on("error", (error) => {
    violations.push(`${request.method} ${request.url}: ${error.message}`);
    response.destroy();
  });
  request.pipe(onward);
});
await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${front.address().port}`;

// Runs the command through the proxies.
function nexus(...words) {
  const env = { ...process.env, MX_ENVIRONMENT: address };
  const child = spawn(process.env.NEXUS, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => (errors += text));
  return new Promise((resolve, reject) =>
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`nexus ${words.join(" ")}: exit code ${code}\n${errors}`)))),
  );
}

const asking = ["--institution", "Sandbox Bank", "--credential", "Username=any", "--credential", "Password=two_questions"];
const answers = ["--answer", "correct", "--answer", "correct"];
try {
  await nexus("identify");
  await nexus("identify", ...asking, ...answers);
  await nexus("verify");
  await nexus("aggregate");
  await nexus("identify", "--api", "atrium");
  console.log("requests through Prism:", counts);
  if (violations.length > 0) {
    throw new Error(`Prism reports ${violations.length} violations:\n${violations.join("\n")}`);
  }
  // A violation is noticed.
  const fault = { request: "processed", operation: "readUser", answer: { set: { "user.guid": 7 } } };
  await fetch(`${SANDBOX}/_sandbox/faults`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fault),
  });
  await nexus("call", "readUser").catch(() => {});
  if (violations.length !== 1) {
    throw new Error("Prism does not report an answer with a wrong type");
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
for (const child of proxies) child.kill();
front.close();

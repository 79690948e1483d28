// Prism between the runner and our GitHub: each request and each answer is held against GitHub's own
// OpenAPI description. Our server cannot agree with our client on something that GitHub is not.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createGateway, request as ask } from "node:http";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PRISM = here("../node_modules/@stoplight/prism-cli/dist/index.js");

/** Starts Prism before a GitHub; `version` names a committed description. */
export async function startPrism(github, version = "api.github.com") {
  const description = here(`openapi/${version}.json`);
  const listed = readFileSync(here("openapi/SHA256SUMS"), "utf8");
  const hash = createHash("sha256").update(readFileSync(description)).digest("hex");
  if (!listed.includes(`${hash}  ${version}.json`)) throw new Error(`${version}.json is not the pinned description`);

  const port = await freePort();
  const options = ["proxy", "--errors", "--host", "127.0.0.1", "--port", String(port), description, github.url];
  const child = spawn(process.execPath, [PRISM, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const patience = Date.now() + 90_000;
  while (!/is listening on/.test(said)) {
    if (child.exitCode !== null || Date.now() > patience) throw new Error(`Prism does not start:\n${said}`);
    await wait(50);
  }
  const gateway = await startGateway(`http://127.0.0.1:${port}`, github.url);
  github.linkBase = gateway.url;
  return {
    url: gateway.url,
    /** What Prism found wrong with requests and answers. */
    violations: gateway.violations,
    close: async () => {
      await gateway.close();
      await new Promise((resolve) => (child.once("exit", resolve), child.kill()));
    },
  };
}

/** What goes past Prism: it follows redirects by itself, and the description is of REST. */
const PAST_PRISM = /\/actions\/artifacts\/\d+\/zip$|^\/_storage\/|^(\/api)?\/graphql$/;

/** Listens to what Prism answers: its own verdict is an answer that GitHub would not give. */
async function startGateway(prism, github) {
  const violations = [];
  const server = createGateway((incoming, outgoing) => {
    // A GitHub Enterprise Server has the same API below a prefix, which its description leaves out.
    const path = (incoming.url ?? "/").replace(/^\/api\/v3/, "");
    const past = PAST_PRISM.test(path.split("?")[0]);
    const passed = ask(`${past ? github : prism}${path}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const body = Buffer.concat(chunks);
        if (!past && body.includes("stoplight.io/prism/errors")) violations.push(`${incoming.method} ${path}: ${body}`);
        const { "transfer-encoding": _, ...headers } = answer.headers;
        if (body.length > 0) headers["content-length"] = String(body.length);
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        outgoing.end(body);
      });
      answer.on("error", () => outgoing.destroy());
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, violations, close };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

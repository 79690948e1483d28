// Makes the test data that others wrote: events, and the part of GitHub's OpenAPI descriptions that we use.
//
//   npm pack @octokit/webhooks-examples@7.6.1 @octokit/openapi@23.0.2
//   node test-data.mjs FOLDER      where both are unpacked, as `webhooks-examples` and `openapi`
//
// What it writes is committed; the two packages have 400 MB.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** Which example of which event. */
const EVENTS = {
  "pull-request-opened": ["pull_request", 12],
  "pull-request-synchronize": ["pull_request", 22],
  push: ["push", 4],
  "merge-group": ["merge_group", 0],
  "workflow-dispatch": ["workflow_dispatch", 0],
  "workflow-run": ["workflow_run", 0],
  "issue-comment": ["issue_comment", 0],
};

const REPO = "/repos/{owner}/{repo}";
/** The paths that we call, and how. */
const PATHS = {
  "/user": ["get"],
  "/rate_limit": ["get"],
  [`${REPO}`]: ["get"],
  [`${REPO}/issues`]: ["get", "post"],
  [`${REPO}/issues/{issue_number}`]: ["get", "patch"],
  [`${REPO}/issues/{issue_number}/comments`]: ["get", "post"],
  [`${REPO}/issues/comments/{comment_id}`]: ["get", "patch", "delete"],
  [`${REPO}/pulls`]: ["get"],
  [`${REPO}/pulls/{pull_number}`]: ["get"],
  [`${REPO}/commits`]: ["get"],
  [`${REPO}/commits/{commit_sha}/pulls`]: ["get"],
  [`${REPO}/git/commits/{commit_sha}`]: ["get"],
  [`${REPO}/actions/artifacts`]: ["get"],
  [`${REPO}/actions/artifacts/{artifact_id}/{archive_format}`]: ["get"],
  [`${REPO}/actions/runs`]: ["get"],
  [`${REPO}/actions/runs/{run_id}`]: ["get"],
  [`${REPO}/actions/runs/{run_id}/artifacts`]: ["get"],
  [`${REPO}/actions/secrets`]: ["get"],
  [`${REPO}/actions/secrets/public-key`]: ["get"],
  [`${REPO}/actions/secrets/{secret_name}`]: ["get", "put", "delete"],
  [`${REPO}/environments/{environment_name}/secrets`]: ["get"],
  [`${REPO}/environments/{environment_name}/secrets/public-key`]: ["get"],
  [`${REPO}/environments/{environment_name}/secrets/{secret_name}`]: ["get", "put", "delete"],
  "/orgs/{org}/actions/secrets": ["get"],
  "/orgs/{org}/actions/secrets/public-key": ["get"],
  "/orgs/{org}/actions/secrets/{secret_name}": ["get", "put", "delete"],
  "/orgs/{org}/actions/secrets/{secret_name}/repositories": ["get"],
};

const VERSIONS = ["api.github.com", "ghes-3.18", "ghes-3.19"];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function events(folder) {
  const all = JSON.parse(readFileSync(join(folder, "webhooks-examples/api.github.com/index.json"), "utf8"));
  for (const [name, [event, number]] of Object.entries(EVENTS)) {
    const example = all.find((one) => one.name === event).examples[number];
    writeFileSync(here(`events/${name}.json`), `${JSON.stringify(example)}\n`);
  }
}

/** Keeps the paths that we call and every component that they refer to. */
export function subset(description) {
  const paths = {};
  for (const [path, methods] of Object.entries(PATHS)) {
    const found = description.paths[path];
    if (!found) throw new Error(`there is no ${path}`);
    const kept = methods.map((method) => [method, tidy(found[method])]);
    paths[path] = Object.fromEntries(kept);
  }
  const components = {};
  const wanted = [paths];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    for (const [, section, name] of JSON.stringify(next).matchAll(/"\$ref":"#\/components\/([^/"]+)\/([^"]+)"/g)) {
      components[section] ??= {};
      if (components[section][name]) continue;
      components[section][name] = plain(description.components[section][name]);
      wanted.push(components[section][name]);
    }
  }
  const { openapi, info } = description;
  return { openapi, info: { title: info.title, version: info.version }, paths, components };
}

/** Leaves out what no validator reads, and closes the bodies of requests: an unknown field is a mistake. */
function tidy(operation) {
  const { operationId, parameters, requestBody, responses } = plain(operation);
  for (const response of Object.values(responses)) {
    // GitHub answers any of its own media types as JSON.
    const json = response.content?.["application/json"];
    if (json) response.content = { "application/json": json, "application/vnd.github+json": json };
  }
  const body = requestBody?.content?.["application/json"]?.schema;
  if (body?.type === "object" && body.properties && !("additionalProperties" in body)) body.additionalProperties = false;
  return { operationId, parameters, requestBody, responses };
}

function plain(value) {
  return JSON.parse(
    JSON.stringify(value, (name, inner) =>
      ["examples", "example", "x-github", "x-octokit", "externalDocs", "summary"].includes(name) ? undefined : inner,
    ),
  );
}

function openapi(folder) {
  mkdirSync(here("github/openapi"), { recursive: true });
  for (const version of VERSIONS) {
    const whole = JSON.parse(readFileSync(join(folder, `openapi/generated/${version}.json`), "utf8"));
    writeFileSync(here(`github/openapi/${version}.json`), `${JSON.stringify(subset(whole))}\n`);
  }
  const files = readdirSync(here("github/openapi")).filter((name) => name.endsWith(".json"));
  const sums = files.sort().map((name) => {
    const hash = createHash("sha256").update(readFileSync(here(`github/openapi/${name}`))).digest("hex");
    return `${hash}  ${name}\n`;
  });
  writeFileSync(here("github/openapi/SHA256SUMS"), sums.join(""));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(here("events"), { recursive: true });
  events(argv[2]);
  openapi(argv[2]);
}

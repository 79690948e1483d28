// The Action's JavaScript by itself: inputs, the decision table, files, what is written to the runner.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { commandsOf, judge } from "./oracle/commands.mjs";
import { MaskOracle, findValue, formsOf } from "./oracle/masks.mjs";
import { eventOf, pullRequest } from "./support/events.mjs";

const require = createRequire(import.meta.url);
const { toDistances } = require("../../action/branches.js");
const { addValues, annotation, escapeData, escapeProperty, visible } = require("../../action/commands.js");
const { decide, hasCredentials, readEvent } = require("../../action/event.js");
const { foundFolder, makeFolder } = require("../../action/folder.js");
const { readInputs } = require("../../action/inputs.js");
const { findManifests, readManifest, readSnapshots } = require("../../action/manifests.js");
const { allowed, findRunner, verify } = require("../../action/runner.js");
const { checkedOutCommit } = require("../../action/checkout.js");

const HEAD = "a".repeat(40);

function folder(files) {
  const root = mkdtempSync(join(tmpdir(), "ai-keys-unit-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

// --- Inputs

test("an input keeps its hyphens, and an empty one has its default", () => {
  const inputs = readInputs({ INPUT_MANIFEST: " a.toml \n\n b.toml\r\n", "INPUT_FAIL-ON": "warning", INPUT_COMMENT: "" });
  assert.deepEqual(inputs.manifests, ["a.toml", "b.toml"]);
  assert.equal(inputs.failOn, "warning");
  assert.equal(inputs.comment, "true");
  assert.equal(inputs.command, "auto");
  assert.equal(inputs.token, null);
});

test("acknowledgements may stand in one line, as the box of a workflow started by hand has it", () => {
  const inputs = readInputs({ INPUT_MANIFEST: "k", INPUT_ACK: " delete:a@1234-5678  disable:b@1234-5678\nadopt:c@1234-5678 " });
  assert.deepEqual(inputs.ack, ["delete:a@1234-5678", "disable:b@1234-5678", "adopt:c@1234-5678"]);
});

test("a wrong or missing input is named", () => {
  assert.throws(() => readInputs({ INPUT_MANIFEST: "" }), /`manifest` is empty/);
  assert.throws(() => readInputs({ INPUT_MANIFEST: "k", INPUT_COMMAND: "aply" }), /`command` is `aply`: it can be auto/);
});

test("every input of action.yml is read, and no other", () => {
  const yaml = readFileSync(new URL("../../action.yml", import.meta.url), "utf8");
  const inputs = yaml.slice(yaml.indexOf("\ninputs:"), yaml.indexOf("\noutputs:"));
  const declared = [...inputs.matchAll(/^  ([a-z-]+):$/gm)].map((found) => found[1]);
  const source = readFileSync(new URL("../../action/inputs.js", import.meta.url), "utf8");
  const read = [...source.matchAll(/\(env, '([a-z-]+)'/g)].map((found) => found[1]);
  assert.deepEqual([...new Set(read)].sort(), declared.sort());
});

// --- The decision table

const BRANCH = { GITHUB_REF: "refs/heads/main", GITHUB_SHA: HEAD, GITHUB_REPOSITORY: "acme/keys", GITHUB_ACTOR: "octocat" };
const WITH = { hasCredentials: true, noRunner: null };
const WITHOUT = { hasCredentials: false, noRunner: null };

function decided(wish, name, payload, { env = {}, surroundings = WITH } = {}) {
  const event = readEvent({ ...BRANCH, GITHUB_EVENT_NAME: name, ...env }, payload);
  const { how, command, mayComment, notice } = decide(wish, event, surroundings);
  return `${how} ${command}${mayComment ? " comment" : ""}${notice ? ` (${notice})` : ""}`;
}

test("what `auto` does on each event", () => {
  const pull = pullRequest({ head: HEAD });
  const push = eventOf("push");
  assert.equal(decided("auto", "pull_request", pull), "live plan comment");
  assert.equal(decided("auto", "merge_group", eventOf("merge-group")), "live plan");
  assert.equal(decided("auto", "push", push), "live apply comment");
  assert.equal(decided("auto", "push", push, { env: { GITHUB_REF: "refs/heads/feature" } }), "live plan");
  assert.equal(decided("auto", "push", push, { env: { GITHUB_REF: "refs/tags/main" } }), "live plan");
  assert.equal(decided("auto", "schedule", { schedule: "0 3 * * *" }), "live drift comment");
  assert.equal(decided("auto", "workflow_dispatch", eventOf("workflow-dispatch")), "live plan");
  assert.throws(() => decided("auto", "issue_comment", eventOf("issue-comment")), /has no meaning on `issue_comment`/);
});

test("what the user says goes before what the event means", () => {
  assert.equal(decided("apply", "workflow_dispatch", eventOf("workflow-dispatch")), "live apply comment");
  assert.equal(decided("apply", "schedule", {}), "live apply comment");
  assert.equal(decided("validate", "push", eventOf("push")), "offline validate");
  assert.equal(decided("drift", "push", eventOf("push")), "live drift comment");
});

test("what is not merged is only planned", () => {
  for (const name of ["pull_request", "merge_group"]) {
    const payload = name === "pull_request" ? pullRequest({ head: HEAD }) : eventOf("merge-group");
    for (const wish of ["apply", "drift"]) assert.throws(() => decided(wish, name, payload), /only planned/);
  }
});

test("a fork and Dependabot get no live plan, whatever is wished and at hand", () => {
  const fork = pullRequest({ head: HEAD, fork: true });
  const deleted = pullRequest({ head: HEAD });
  deleted.pull_request.head.repo = null;
  for (const wish of ["auto", "plan"]) {
    assert.match(decided(wish, "pull_request", fork), /^offline plan \(.*fork/);
    assert.match(decided(wish, "pull_request", deleted), /^offline plan \(.*fork/);
    const dependabot = { env: { GITHUB_ACTOR: "dependabot[bot]" } };
    assert.match(decided(wish, "pull_request", pullRequest({ head: HEAD }), dependabot), /^offline plan \(.*Dependabot/);
  }
});

test("without credentials a plan says so, and an apply is never taken for done", () => {
  const pull = pullRequest({ head: HEAD });
  assert.match(decided("auto", "pull_request", pull, { surroundings: WITHOUT }), /^offline plan \(there are no AWS/);
  assert.equal(decided("plan", "pull_request", pull, { surroundings: WITHOUT }), "live plan comment");
  assert.equal(decided("auto", "push", eventOf("push"), { surroundings: WITHOUT }), "live apply comment");
  assert.equal(decided("auto", "schedule", {}, { surroundings: WITHOUT }), "live drift comment");
});

test("without a runner only what needs none is done", () => {
  const surroundings = { hasCredentials: true, noRunner: "this is darwin arm64" };
  const pull = pullRequest({ head: HEAD });
  assert.equal(decided("auto", "pull_request", pull, { surroundings }), "offline plan (this is darwin arm64)");
  assert.throws(() => decided("auto", "push", eventOf("push"), { surroundings }), /this is darwin arm64/);
  assert.equal(decided("validate", "push", eventOf("push"), { surroundings }), "offline validate");
});

test("events with this repository's rights only validate", () => {
  const pull = pullRequest({ head: HEAD });
  for (const [name, payload] of [["pull_request_target", pull], ["workflow_run", eventOf("workflow-run")]]) {
    assert.equal(decided("auto", name, payload), "offline validate");
    for (const wish of ["plan", "apply", "drift"]) assert.throws(() => decided(wish, name, payload), /this repository's rights/);
  }
});

test("an event that anybody may start takes the manifest of its own commit alone", () => {
  const mustBeOwn = (wish, name, payload = {}, env = {}) =>
    decide(wish, readEvent({ ...BRANCH, GITHUB_EVENT_NAME: name, ...env }, payload), WITH).mustBeOwn;
  for (const wish of ["plan", "apply", "drift"]) {
    assert.equal(mustBeOwn(wish, "issue_comment", eventOf("issue-comment")), true);
    assert.equal(mustBeOwn(wish, "repository_dispatch"), true);
    for (const name of ["push", "schedule", "workflow_dispatch"]) assert.equal(mustBeOwn(wish, name), false);
  }
  assert.equal(mustBeOwn("plan", "pull_request", pullRequest({ head: HEAD })), false);
  assert.equal(mustBeOwn("validate", "workflow_run", eventOf("workflow-run")), true);
  assert.equal(mustBeOwn("validate", "issue_comment", eventOf("issue-comment")), false);
});

test("a review of a pull request applies nothing", () => {
  const env = { GITHUB_REF: "refs/pull/7/merge" };
  for (const name of ["pull_request_review", "pull_request_review_comment"]) {
    const payload = pullRequest({ head: HEAD });
    for (const wish of ["apply", "drift"]) assert.throws(() => decided(wish, name, payload, { env }), /only planned/);
    assert.match(decided("plan", name, payload, { env }), /^live plan/);
  }
});

test("the event is read from what GitHub sends", () => {
  const read = (name, payload, env = {}) => readEvent({ ...BRANCH, GITHUB_EVENT_NAME: name, ...env }, payload);
  const pull = read("pull_request", pullRequest({ head: HEAD, number: 42 }), { GITHUB_SHA: "b".repeat(40) });
  assert.equal(pull.pullRequest, 42);
  assert.equal(pull.headSha, HEAD);
  assert.equal(pull.defaultBranch, "main");
  assert.equal(pull.isFork, false);
  const group = read("merge_group", eventOf("merge-group"));
  assert.match(group.headSha, /^[0-9a-f]{40}$/);
  assert.equal(group.pullRequest, null);
  assert.equal(read("schedule", {}, { GITHUB_REF_NAME: "trunk" }).defaultBranch, "trunk");
  assert.equal(read("issue_comment", eventOf("issue-comment")).pullRequest, null);
  assert.equal(read("workflow_call", {}, { GITHUB_REF: "refs/pull/9/merge" }).pullRequest, 9);
  for (const odd of [null, [], "x", { repository: 1, pull_request: "x" }]) assert.equal(read("push", odd).headSha, HEAD);
});

test("credentials are at hand where AWS's SDK would find them", () => {
  assert.equal(hasCredentials({}, null), false);
  assert.equal(hasCredentials({ AWS_ACCESS_KEY_ID: "x" }, null), true);
  assert.equal(hasCredentials({ AWS_ACCESS_KEY_ID: "x" }, "arn:aws:iam::1:role/plan"), false, "the role was asked for");
  const oidc = { ACTIONS_ID_TOKEN_REQUEST_URL: "u", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" };
  assert.equal(hasCredentials(oidc, "arn:aws:iam::1:role/plan"), true);
  assert.equal(hasCredentials(oidc, null), false);
});

// --- Manifests

test("globs find manifests below the workspace, sorted, each once", () => {
  const root = folder({ "b/keys.toml": "", "a/x/keys.toml": "", "a/other.toml": "", "node_modules/p/keys.toml": "", "top.toml": "" });
  assert.deepEqual(findManifests(root, ["**/keys.toml", "./b/keys.toml"]), ["a/x/keys.toml", "b/keys.toml"]);
  assert.deepEqual(findManifests(root, ["{a,b}/**/*.toml", "!a/x/**"]), ["a/other.toml", "b/keys.toml"]);
  assert.deepEqual(findManifests(root, ["t?p.toml"]), ["top.toml"]);
  assert.throws(() => findManifests(root, ["nothing/*.toml"]), /no file matches nothing\/\*\.toml/);
  assert.throws(() => findManifests(root, ["top.toml", "!*"]), /leaves out every file/);
  rmSync(root, { recursive: true });
});

test("nothing outside of the workspace is read", () => {
  const root = folder({ "in/keys.toml": "", "secret.txt": "s" });
  const workspace = join(root, "in");
  symlinkSync(join(root, "secret.txt"), join(workspace, "link.toml"));
  symlinkSync(root, join(workspace, "up"));
  for (const path of ["../secret.txt", "/etc/passwd", "a/../../secret.txt"]) {
    assert.throws(() => findManifests(workspace, [path]), /not inside of the workspace/);
  }
  assert.throws(() => readManifest(workspace, "link.toml"), /a link out of the workspace/);
  assert.throws(() => readManifest(workspace, "up/secret.txt"), /a link out of the workspace/);
  assert.throws(() => readManifest(workspace, "none.toml"), /there is no file none\.toml/);
  rmSync(root, { recursive: true });
});

test("committed snapshots are found by the names of their targets", () => {
  const root = folder({ "t/keys.prod.snapshot.json": "1", "t/keys.eu.west.snapshot.json": "2", "t/other.prod.snapshot.json": "3" });
  assert.deepEqual(readSnapshots(root, "t/keys.toml"), { "eu.west": "2", prod: "1" });
  rmSync(root, { recursive: true });
});

test("the commit that is checked out is the one of the nearest repository", () => {
  const root = folder({
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/packed-refs": `# pack-refs\n${"b".repeat(40)} refs/heads/main\n`,
    "pr/.git/HEAD": `${"c".repeat(40)}\n`,
    "pr/keys.toml": "",
  });
  assert.equal(checkedOutCommit(root, "keys.toml"), "b".repeat(40));
  assert.equal(checkedOutCommit(root, "pr/keys.toml"), "c".repeat(40));
  mkdirSync(join(root, ".git/refs/heads"), { recursive: true });
  writeFileSync(join(root, ".git/refs/heads/main"), `${"d".repeat(40)}\n`);
  assert.equal(checkedOutCommit(root, "a/keys.toml"), "d".repeat(40));
  writeFileSync(join(root, ".git/HEAD"), "ref: refs/../../x\n");
  assert.equal(checkedOutCommit(root, "keys.toml"), null);
  rmSync(root, { recursive: true });
});

// --- What is written to the runner

const HOSTILE = [
  "%0A::add-mask::x", "%250A", "\n::set-env name=A::b", "\r::error::x", "##[add-mask]x", "  ::debug::x", "a\u2028::x", "\u200b::x",
  "::stop-commands::t", "x".repeat(5_000), "a,b:c=d;e]f", "\u0000\u001b[31m", "@org/team <!-- --> `x` | y", "::error::", "💥",
];

test("an annotation cannot be left by what it says", () => {
  for (const hostile of HOSTILE) {
    const line = annotation("error", hostile, { file: hostile, title: hostile });
    const found = commandsOf(line);
    assert.equal(found.length, 1, JSON.stringify(line));
    assert.equal(found[0].name, "error");
    assert.equal(found[0].data, visible(hostile));
    assert.equal(found[0].properties.file, visible(hostile));
  }
  assert.equal(escapeData("%0A\r\n"), "%250A%0D%0A");
  assert.equal(escapeProperty("a:b,c"), "a%3Ab%2Cc");
});

test("an output cannot be left by its value", () => {
  const root = folder({ out: "" });
  const file = join(root, "out");
  addValues(file, { one: "a\nghadelimiter_x\nb=c", two: 2, three: true });
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/^(\w+)<<(ghadelimiter_[0-9a-f-]{36})\n([\s\S]*?)\n\2\n/gm)].map(([, name, , value]) => [name, value]);
  assert.deepEqual(found, [["one", "a\nghadelimiter_x\nb=c"], ["two", "2"], ["three", "true"]]);
  addValues(null, { one: 1 });
  rmSync(root, { recursive: true });
});

test("each step has a folder of its own, which the step after the job finds", () => {
  const root = folder({ one: "", two: "" });
  const made = ["one", "two"].map((state) => makeFolder({ RUNNER_TEMP: root, GITHUB_STATE: join(root, state) }));
  assert.notEqual(made[0], made[1]);
  for (const [at, state] of ["one", "two"].entries()) {
    assert.equal(statSync(made[at]).mode & 0o777, 0o700);
    assert.match(readFileSync(join(root, state), "utf8"), new RegExp(`^folder<<(\\S+)\\n${made[at]}\\n\\1\\n$`));
  }
  assert.equal(foundFolder({ STATE_folder: made[0] }), made[0]);
  assert.equal(foundFolder({}), null, "a step that made none has nothing to remove");
  rmSync(root, { recursive: true });
});

// --- The runner

function distWith(file, content, { source = "a", madeOf = "a" } = {}) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const info = { source, natives: { source: madeOf }, files: { [file]: sha256 } };
  const dist = folder({ [file]: "", "BUILDINFO.json": JSON.stringify(info) });
  writeFileSync(join(dist, file), content);
  return dist;
}

const RUNNER = "bin/ai-keys-x86_64-linux";

test("a packed runner is checked, and unpacked where only this user can read", () => {
  const dist = distWith(`${RUNNER}.br`, brotliCompressSync("hello"));
  const runner = findRunner(dist, "linux", "x64");
  const folder = makeFolder({ RUNNER_TEMP: dist });
  const file = verify(runner, folder);
  assert.equal(readFileSync(file, "utf8"), "hello");
  assert.equal(statSync(file).mode & 0o777, 0o700);
  assert.equal(dirname(file), folder, "in the step's folder, which goes with it");
  writeFileSync(runner.file, brotliCompressSync("hellp"));
  assert.throws(() => verify(runner, folder), /is not the runner of this release/);
  rmSync(dist, { recursive: true });
});

test("a runner of one's own build is checked, and executable", () => {
  const dist = distWith(RUNNER, "hello");
  const runner = findRunner(dist, "linux", "x64");
  chmodSync(runner.file, 0o644);
  assert.equal(verify(runner, dist), runner.file);
  assert.equal(statSync(runner.file).mode & 0o777, 0o755);
  writeFileSync(runner.file, "hellp");
  assert.throws(() => verify(runner, dist), /is not the runner of this release/);
  rmSync(dist, { recursive: true });
});

test("a runner of older sources is not started, however whole it is", () => {
  const dist = distWith(`${RUNNER}.br`, brotliCompressSync("hello"), { source: "new", madeOf: "old" });
  const found = findRunner(dist, "linux", "x64");
  assert.match(found, /is of older sources, and is not started: pin a release/);
  const surroundings = { hasCredentials: true, noRunner: found };
  assert.match(decided("auto", "pull_request", pullRequest({ head: HEAD }), { surroundings }), /^offline plan \(.*older sources/);
  assert.throws(() => decided("auto", "push", eventOf("push"), { surroundings }), /older sources/);
  rmSync(dist, { recursive: true });
});

test("where there is no runner it is said why", () => {
  const dist = folder({ "BUILDINFO.json": JSON.stringify({ files: {} }) });
  assert.match(findRunner(dist, "linux", "x64"), /pin a release/);
  assert.match(findRunner(dist, "darwin", "arm64"), /this is darwin arm64/);
  assert.match(findRunner(dist, "win32", "x64"), /this is win32 x64/);
  rmSync(dist, { recursive: true });
});

test("the runner sees of the environment what it needs and nothing else", () => {
  const env = {
    AWS_PROFILE: "p", HTTPS_PROXY: "h", no_proxy: "n", HOME: "/h", PATH: "/b", GITHUB_ACTIONS: "true",
    "INPUT_GITHUB-TOKEN": "t", GITHUB_TOKEN: "t", ACTIONS_RUNTIME_TOKEN: "t", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
    NODE_OPTIONS: "x", LD_PRELOAD: "x", SECRET: "x", RUNNER_DEBUG: "1",
    AI_KEYS_GITHUB_TOKEN: "t", GITHUB_API_URL: "u",
  };
  assert.deepEqual(Object.keys(allowed(env)).sort(), [
    "AI_KEYS_GITHUB_TOKEN", "AWS_PROFILE", "GITHUB_ACTIONS", "GITHUB_API_URL", "HOME", "HTTPS_PROXY", "PATH", "no_proxy",
  ]);
});

// --- The oracles themselves

test("the command oracle sees what the runner would", () => {
  const names = (text) => commandsOf(text).map(({ name }) => name);
  assert.deepEqual(names("text ::error::no"), []);
  assert.deepEqual(names("  ::error::yes\rtext\r::warning::too"), ["error", "warning"]);
  assert.deepEqual(names("any where ##[add-mask]x"), ["add-mask"]);
  assert.deepEqual(names("::nothing::x"), []);
  assert.throws(() => judge("x\r::add-mask::abc"), /add-mask/);
  assert.throws(() => judge("::error::x\n".repeat(11)), /ten/);
});

test("the mask oracle counts what it has compared with a value, and nothing else", () => {
  const masks = new MaskOracle();
  masks.examine({ log: "much to read, and nothing to look for" }, []);
  assert.match(masks.report, /^mask oracle: 0 bytes in 0 texts scanned for 0 values/);
  // Made for this test; opens nothing.
  const value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
  masks.examine({ log: "12345", outputs: "678" }, new Set([value]));
  assert.match(masks.report, /^mask oracle: 8 bytes in 2 texts scanned for 1 values/);
  assert.throws(() => masks.examine({ outputs: `x${value}` }, [value]), /^Error: outputs holds characters 0 to 8 of a value$/);
});

test("the mask oracle finds a value however it is written", () => {
  // Made for this test; opens nothing.
  const value = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";
  const base64 = (text) => Buffer.from(text).toString("base64");
  const hidden = [
    value, `x${value.slice(3, 11)}y`, base64(value), base64(`u:${value}`), base64(`us:${value}\n`), base64(`{"value":"${value}"}`),
    Buffer.from(value).toString("base64url"), Buffer.from(value).toString("hex"), value.toUpperCase(), [...value].reverse().join(""),
  ];
  for (const text of hidden) assert.ok(findValue(`before ${text} after`, value), text);
  assert.equal(findValue("nothing of it: Zq7LmP2, R9tVb4K", value), undefined);
  assert.ok(formsOf(value).length >= 8);
});

test("a packed program's calls get their distances back", () => {
  const program = (machine, length = 64) => Buffer.alloc(length).fill(machine, 18, 19);
  // Two calls of the function at 0x55, one after the other.
  const call = (place) => Buffer.from([0xe8, place, 0, 0, 0]);
  assert.deepEqual(toDistances(Buffer.concat([program(62), call(0x55), call(0x55)])), Buffer.concat([program(62), call(0x10), call(0x0b)]));
  // `bl` counts instructions, `adrp` pages of 4 kB.
  const arm = program(183, 8192);
  arm.writeUInt32LE(0x94000015, 64);
  arm.writeUInt32LE(0x90000020, 4096);
  toDistances(arm);
  assert.deepEqual([arm.readUInt32LE(64), arm.readUInt32LE(4096)], [0x94000005, 0xf0000000]);
  for (const other of [Buffer.from("hello"), Buffer.concat([program(3), call(1)])]) assert.deepEqual(toDistances(Buffer.from(other)), other);
});

// The Action without an account, as a consumer's workflow runs it: validation, forks, hostile manifests.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ACTION, Repository } from "./support/act.mjs";
import { day, moved } from "./support/days.mjs";
import { eventOf, pullRequest } from "./support/events.mjs";
import { workflow } from "./support/workflow.mjs";

const read = (path) => moved(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));
const MANIFEST = read("examples/quickstart/keys.toml");
const SNAPSHOT = read("playground/examples/quickstart.snapshot.json");
/** Runs the Action once in a repository of its own. */
async function once({ files = { "keys.toml": MANIFEST }, inputs = {}, event = "pull_request", payload, text = workflow({ event, inputs }), ...rest }) {
  const repository = new Repository(files);
  try {
    const head = await repository.commit();
    const given = typeof payload === "function" ? payload(head) : payload ?? pullRequest({ head });
    return await repository.act({ event, payload: given, workflow: text, ...rest });
  } finally {
    repository.remove();
  }
}

test("a manifest without mistakes passes, and its jobs and SARIF are offered", async () => {
  const outcome = (await once({ inputs: { command: "validate" } })).ended(0);
  assert.deepEqual(outcome.annotations, { error: 0, warning: 0, notice: 0 });
  assert.equal(outcome.outputs["failure-reason"], "");
  assert.equal(JSON.parse(outcome.outputs.matrix).include[0].target, "prod");
  assert.match(outcome.outputs["sarif-file"], /report\.sarif$/);
  assert.match(outcome.summary, /no errors/);
});

/** Returns so many manifests of teams, each with so many targets, and a snapshot of each of those. */
function fleet(manifests, targets) {
  const regions = Array.from({ length: targets }, (_, number) => `xa-north-${number}`);
  const all = regions.map((region) => `[target.${region}]\nprovider = "aws-api-gateway"\nregion = "${region}"\naccount = "123456789012"\n`).join("");
  const text = (team) => `version = 1\nnamespace = "team-${team}"\n${all}[usage-plan.standard]\nstages = []\n[key.alpha]\nusage-plans = ["standard"]\n`;
  const snapshots = (team) => regions.map((region) => [`teams/${team}/keys.${region}.snapshot.json`, JSON.stringify({ ...JSON.parse(SNAPSHOT), region })]);
  return Object.fromEntries(Array.from({ length: manifests }, (_, team) => [[`teams/${team}/keys.toml`, text(team)], ...snapshots(team)]).flat());
}

const TEAMS = { manifest: "teams/*/keys.toml" };
const noticesOf = (outcome) => outcome.commands.filter(({ name }) => name === "notice").map(({ data }) => data);
const FAN_OUT = readFileSync(new URL("../../examples/workflows/many-accounts.yml", import.meta.url), "utf8");

test("fifty manifests of five targets are a matrix of 250 jobs", async () => {
  const outcome = (await once({ files: fleet(50, 5), inputs: { ...TEAMS, command: "validate" } })).ended(0);
  assert.equal(JSON.parse(outcome.outputs.matrix).include.length, 250);
  assert.deepEqual(noticesOf(outcome), []);
});

test("more scopes than GitHub makes jobs of are planned in one job: the matrix is empty, and a notice says what to do", async () => {
  const files = fleet(50, 20);
  const outcome = (await once({ files, inputs: TEAMS, payload: (head) => pullRequest({ head, fork: true }) })).ended(0);
  assert.equal(outcome.outputs.matrix, "");
  assert.equal(outcome.outputs["failure-reason"], "");
  assert.equal(outcome.outputs["plan-digest"].split("\n").length, 1000);
  assert.equal(outcome.outputs["has-changes"], "true");
  assert.equal(outcome.annotations.error, 0);
  const [notice] = noticesOf(outcome);
  assert.match(notice, /^the output `matrix` is empty: GitHub makes at most 256 jobs of a matrix, and these are 1000, of 50 manifests: .*`target` and `manifest`.*in one job/);

  const target = "xa-north-0\nxa-north-19";
  const chosen = (await once({ files, inputs: { ...TEAMS, command: "validate", target } })).ended(0);
  assert.equal(JSON.parse(chosen.outputs.matrix).include.length, 100);
  assert.deepEqual(noticesOf(chosen), []);
});

test("a workflow that fans out stops where there are more jobs than GitHub makes", async () => {
  const text = FAN_OUT.replace("          command: validate\n", `          command: validate\n          manifest: ${TEAMS.manifest}\n`);
  const outcome = (await once({ files: fleet(13, 20), text })).ended(1);
  assert.equal(noticesOf(outcome).length, 1, outcome.log);
  assert.match(outcome.all, /Failure - Main Fit into a matrix/);
  assert.doesNotMatch(outcome.all, /"jobID":"keys"/);
});

test("two steps of one job have files of their own", async () => {
  const repository = new Repository({ "keys.toml": MANIFEST });
  try {
    const event = "pull_request";
    const again = "      - id: again\n        uses: org/ai-keys-action@v1\n        with:\n          command: validate\n";
    const twice = workflow({ event, inputs: { command: "validate" }, steps: again });
    const outcome = (await repository.act({ event, payload: pullRequest({ head: await repository.commit() }), workflow: twice })).ended(0);
    const told = outcome.records.filter((record) => (record.name ?? record.kvPairs?.name) === "sarif-file").map(({ arg }) => arg);
    assert.equal(told.length, 2, outcome.all.slice(-2000));
    assert.notEqual(told[0], told[1]);
  } finally {
    repository.remove();
  }
});

test("mistakes are annotated at their lines, and the step fails", async () => {
  const broken = MANIFEST.replace('region = "eu-west-1"', 'regoin = "eu-west-1"').replace('owner = "team-chat"', "owner = 5");
  const outcome = (await once({ files: { "teams/a/keys.toml": broken }, inputs: { manifest: "teams/*/keys.toml" } })).ended(1);
  const lines = broken.split("\n");
  const errors = outcome.commands.filter(({ name }) => name === "error");
  assert.ok(errors.length >= 2, outcome.log);
  const at = (text) => String(lines.findIndex((line) => line.includes(text)) + 1);
  for (const text of ["regoin", "owner = 5"]) {
    assert.ok(errors.some(({ properties }) => properties.file === "teams/a/keys.toml" && properties.line === at(text)), outcome.log);
  }
  assert.equal(outcome.outputs["failure-reason"], "validate");
});

test("a warning fails the step where it is asked to", async () => {
  const warned = `${MANIFEST}\n[key.lonely]\ndescription = "On no usage plan"\nowner = "team-a"\nexpires = ${day(200)}\nusage-plans = []\n`;
  const files = { "keys.toml": warned };
  const lenient = (await once({ files, inputs: { command: "validate" } })).ended(0);
  assert.ok(lenient.annotations.warning >= 1, lenient.log);
  const strict = await once({ files, inputs: { command: "validate", "fail-on": "warning" } });
  assert.equal(strict.ended(1).outputs["failure-reason"], "validate");
});

test("a fork's pull request is planned against the committed snapshot, and GitHub is not asked", async () => {
  // No server listens where GitHub is said to be: any call would fail the step.
  const files = { "keys.toml": MANIFEST, "keys.prod.snapshot.json": SNAPSHOT };
  const payload = (head) => pullRequest({ head, fork: true });
  const outcome = (await once({ files, payload, inputs: { "aws-role": "arn:aws:iam::123456789012:role/plan" } })).ended(0);
  assert.equal(outcome.outputs["has-changes"], "true");
  assert.ok(Number(outcome.outputs.create) > 0);
  assert.match(outcome.outputs["plan-digest"], /^[0-9a-f:sh-]+/);
  const notices = outcome.commands.filter(({ name }) => name === "notice");
  assert.equal(notices.length, 1, outcome.log);
  assert.match(notices[0].data, /planned against the committed snapshot: the pull request comes from a fork/);
  assert.match(outcome.summary, /committed snapshot/);
});

test("a fork's pull request without a snapshot is validated", async () => {
  const outcome = (await once({ payload: (head) => pullRequest({ head, fork: true }) })).ended(0);
  assert.match(outcome.commands[0].data, /only validated: the pull request comes from a fork/);
  assert.equal(outcome.outputs["has-changes"], undefined);
});

test("a pull request of Dependabot is validated", async () => {
  const payload = (head) => ({ ...pullRequest({ head }), sender: { login: "dependabot[bot]" } });
  const outcome = (await once({ payload, actor: "dependabot[bot]", variables: { AWS_ACCESS_KEY_ID: "x" } })).ended(0);
  assert.match(outcome.commands[0].data, /Dependabot/);
});

test("a pull request without AWS credentials is validated and says what to do", async () => {
  const outcome = (await once({})).ended(0);
  assert.match(outcome.commands[0].data, /there are no AWS credentials: set `aws-role`/);
});

test("many manifests share the ten annotations of a step", async () => {
  const files = {};
  for (let team = 0; team < 6; team += 1) files[`teams/${team}/keys.toml`] = `${MANIFEST}\n[key.a]\nx = 1\ny = 2\nz = 3\nusage-plans = []\n`;
  const outcome = (await once({ files, inputs: { manifest: "teams/*/keys.toml", command: "validate" } })).ended(1);
  assert.equal(outcome.annotations.error, 10);
  assert.match(outcome.commands.filter(({ name }) => name === "error").at(-1).data, /^9 more: see the job summary/);
});

const HOSTILE = {
  "commands in names": '["key.a\\n::add-mask::x"]\n[key."##[add-mask]x"]\ny = "::set-env name=A::b"\n',
  "escapes in names": '[key."%0A::error::x%250A"]\ndescription = "%0D%0A::stop-commands::t"\n',
  "controls and returns": '[key.a]\ndescription = "\\r::error::x\\u001b[31m\\u2028::debug::x"\n"\\r::add-mask::y" = 1\n',
  "markdown and markup": '[key."`x` | @org/team <!-- --> ![i](http://e) </details>"]\ndescription = "@org/team <script>"\n',
  "a line of 5,000 characters": `[key.${"a".repeat(5_000)}]\n`,
  "100,000 lines": "x = 1\n".repeat(100_000),
};

/** Takes away code spans as CommonMark reads them: what is left is Markdown. */
const withoutCode = (text) => text.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`a hostile manifest stays text: ${name}`, async () => {
    const outcome = (await once({ files: { "keys.toml": `${MANIFEST}\n${text}` } })).ended(1);
    // The oracle has judged every command of the transcript; each must be about our file or ourselves.
    for (const { properties } of outcome.commands) assert.match(properties.file ?? properties.title ?? "keys.toml", /^(keys\.toml|ai-keys.*)$/);
    assert.ok(outcome.annotations.error >= 1);
    assert.doesNotMatch(withoutCode(outcome.summary), /@org\/team|<script|!\[i\]/);
    assert.ok(Buffer.byteLength(outcome.summary) <= 1_048_576);
  });
}

test("bytes that are no text are an error at their file", async () => {
  const outcome = (await once({ files: { "keys.toml": Buffer.from([0x76, 0xff, 0xfe, 0x0a]) } })).ended(1);
  assert.match(outcome.commands.find(({ name }) => name === "error").data, /not UTF-8/);
});

test("wrong inputs end the step with what can be written", async () => {
  for (const [inputs, said] of [
    [{ command: "aply" }, /it can be auto, validate/],
    [{ manifest: "none/*.toml" }, /no file matches none\/\*\.toml/],
    [{ manifest: "../keys.toml" }, /not inside of the workspace/],
    [{ target: "prdo" }, /no manifest has the target prdo/],
  ]) {
    const outcome = (await once({ inputs })).ended(1);
    assert.match(outcome.commands.at(-1).data, said);
    assert.equal(outcome.outputs["failure-reason"], "usage");
  }
});

test("a runner that is not the released one is not started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ai-keys-tampered-"));
  const copy = join(folder, "action");
  cpSync(ACTION, copy, { recursive: true });
  appendFileSync(join(copy, "dist/bin/ai-keys-x86_64-linux"), "x");
  try {
    const outcome = (await once({ inputs: { command: "plan" }, action: copy })).ended(1);
    assert.match(outcome.commands.at(-1).data, /is not the runner of this release: its SHA-256 is [0-9a-f]{64}/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("`pull_request_target` reads no foreign manifest and never plans", async () => {
  const event = "pull_request_target";
  const payload = (head) => pullRequest({ head });
  const foreign = (await once({ event, payload, variables: { GITHUB_SHA: "f".repeat(40) } })).ended(1);
  assert.match(foreign.commands.at(-1).data, /somebody else's manifest is not read/);
  assert.equal(foreign.outputs["failure-reason"], "guard");
  const planned = (await once({ event, payload, inputs: { command: "plan" } })).ended(1);
  assert.match(planned.commands.at(-1).data, /runs with this repository's rights/);
});

test("an apply on a merge group is refused", async () => {
  const outcome = (await once({ event: "merge_group", payload: eventOf("merge-group"), inputs: { command: "apply" } })).ended(1);
  assert.match(outcome.commands.at(-1).data, /only planned/);
});

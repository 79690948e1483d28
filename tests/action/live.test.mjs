// The Action with an account: what a team sees from the pull request to the night after the merge.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { ACTION, masks, run } from "./support/act.mjs";
import { eventOf, pullRequest } from "./support/events.mjs";
import { startMoto } from "./support/moto.mjs";
import { startIssuer } from "./support/oidc.mjs";
import { World, closeServers } from "./support/world.mjs";

const MANIFEST = readFileSync(new URL("../../examples/quickstart/keys.toml", import.meta.url), "utf8");
const example = (name) => readFileSync(new URL(`../../examples/workflows/${name}.yml`, import.meta.url), "utf8");
const HEAD = "a".repeat(40);
const MERGED = "b".repeat(40);
/** The examples take credentials by OpenID Connect; here they are in the environment. */
const ambient = (workflow) => workflow.replace(/^( +)aws-role: .*\n/gm, "$1fail-on: error\n");

after(async () => {
  await closeServers();
  console.log(masks.report);
});

test("opened, pushed, merged, watched: one comment and one issue", async (t) => {
  const world = await World.start({ manifest: MANIFEST });
  const { github } = world;
  const workflow = ambient(example("single-account"));
  try {
    github.addPull({ number: 7, head: HEAD });
    const opened = (await world.act({ event: "pull_request", payload: pullRequest({ head: HEAD }), workflow, head: HEAD })).ended(0);
    assert.equal(github.comments.length, 1, opened.all);
    assert.equal(opened.outputs["has-changes"], "true");
    assert.equal(opened.outputs["comment-id"], String(github.comments[0].id));
    const first = github.comments[0].body;
    t.diagnostic(`the comment when opened:\n${first}`);

    const second = "c".repeat(40);
    github.addPull({ number: 7, head: second });
    world.repository.write("keys.toml", MANIFEST.replace("[key.chat-web]", '[key.late]\ndescription = "Late"\nowner = "team-late"\nexpires = 2027-06-30\n\n[key.chat-web]'));
    const payload = pullRequest({ head: second, name: "synchronize" });
    (await world.act({ event: "pull_request", payload, workflow, head: second })).ended(0);
    assert.equal(github.comments.length, 1);
    assert.equal(github.comments[0].edits.length, 1);
    assert.match(github.comments[0].body, /late/);
    assert.equal((await world.aws.keys()).length, 0, "a plan changes nothing");

    const sha = await world.repository.commit("merged");
    github.addPull({ number: 7, head: second, merged: sha });
    const push = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merged = (await world.act({ event: "push", payload: push, workflow, commit: sha })).ended(0);
    const keys = await world.aws.keys();
    assert.ok(keys.some(({ name }) => name === "late"), merged.all);
    assert.equal(merged.outputs.remaining, "0");
    assert.equal(Number(merged.outputs.applied) > 0, true);
    assert.equal(github.comments.length, 1);
    assert.match(github.comments[0].body, /✅ Applied/);
    t.diagnostic(`the comment when merged:\n${github.comments[0].body}`);

    const night = { event: "schedule", payload: { schedule: "17 3 * * *", repository: push.repository }, workflow };
    const clean = (await world.act(night)).ended(0);
    assert.equal(github.issues.length, 0, clean.all);

    const [key] = keys.filter(({ name }) => name === "late");
    assert.equal((await world.aws.patch(key.id, [{ op: "replace", path: "/enabled", value: "false" }])).status, 200);
    const drifted = await world.act(night);
    await world.act(night);
    assert.equal(github.issues.length, 1, drifted.log + JSON.stringify(github.journal.slice(-6)));
    assert.equal(github.issues[0].state, "open");
    await world.aws.patch(key.id, [{ op: "replace", path: "/enabled", value: "true" }]);
    (await world.act(night)).ended(0);
    assert.equal(github.issues.length, 1);
    assert.equal(github.issues[0].state, "closed");
    assert.deepEqual(world.prism.violations, []);
  } finally {
    await world.close();
  }
});

/** Plans once on a pull request. */
async function planned({ prepare = () => {}, workflow = ambient(example("single-account")), head = HEAD, manifest = MANIFEST, ...options }, check) {
  const world = await World.start({ manifest, ...options });
  try {
    world.github.addPull({ number: 7, head });
    await prepare(world);
    const outcome = await world.act({ event: "pull_request", payload: pullRequest({ head }), workflow, head, ...options.act });
    await check(outcome, world);
  } finally {
    await world.close();
  }
}

test("a read-only token costs the comment and not the verdict", async () => {
  await planned({ github: { permissions: { comments: "read" } } }, (outcome, { github }) => {
    outcome.ended(0);
    assert.equal(github.comments.length, 0);
    assert.equal(outcome.outputs["failure-reason"], "");
    assert.match(outcome.log, /warning/);
    // A refusal is final: it is not asked for again and again.
    assert.ok(github.writes.filter(({ path }) => path.endsWith("/comments")).length <= 1);
  });
});

test("GitHub's bad days change no verdict", async () => {
  const faults = [
    { method: "POST", path: /comments$/, status: 422, times: 9 },
    { method: "POST", path: /comments$/, status: 404, times: 9 },
    { method: "GET", path: /comments$/, status: 500, times: 1 },
    { method: "POST", path: /comments$/, status: 429, headers: { "retry-after": "1" }, times: 1 },
  ];
  for (const fault of faults) {
    const prepare = ({ github }) => github.faults.push(fault);
    await planned({ prepare }, (outcome, { github }) => {
      outcome.ended(0);
      assert.equal(outcome.outputs["has-changes"], "true");
      // What may pass is waited for: then the comment is there.
      assert.equal(github.comments.length, [500, 429].includes(fault.status) ? 1 : 0, `${fault.status}\n${outcome.log}`);
    });
  }
});

test("a planted comment with our marker is left to whoever planted it", async () => {
  const body = '<!-- ai-keys {"k":"plan","v":1,"scope":"prod","pr":7,"head":"x","run":1,"attempt":1,"gen":1} -->\nplanted';
  const prepare = ({ github }) => github.addComment({ body, user: { login: "mallory", id: 666, type: "User" } });
  await planned({ prepare }, (outcome, { github }) => {
    outcome.ended(0);
    assert.equal(github.comments.length, 2);
    assert.equal(github.comments[0].body, body);
    assert.equal(outcome.outputs["comment-id"], String(github.comments[1].id));
  });
});

test("the role is assumed by OpenID Connect, and no credential is in the job", async () => {
  const issuer = await startIssuer();
  const workflow = example("single-account").replace(/aws-role: .*/, "aws-role: arn:aws:iam::123456789012:role/ai-keys-plan");
  const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
  try {
    await planned({ workflow, act: { variables: { ...none, ...issuer.variables } } }, (outcome, { github }) => {
      outcome.ended(0);
      assert.equal(github.comments.length, 1);
      assert.equal(issuer.asked.length, 1);
      assert.equal(issuer.asked[0].audience, "sts.amazonaws.com");
      assert.doesNotMatch(outcome.all, /eyJ[\w-]{20,}|request-token-of-the-job/);
    });
  } finally {
    await issuer.close();
  }
});

test("a GitHub Enterprise Server is asked at its own address", async () => {
  const workflow = example("enterprise-server");
  await planned({ workflow, version: "ghes-3.18", act: { apiPrefix: "/api/v3" } }, (outcome, { github, prism }) => {
    outcome.ended(0);
    assert.equal(github.comments.length, 1);
    assert.deepEqual(prism.violations, []);
  });
});

test("many targets are a job each, and each has its comment", async () => {
  const manifest = MANIFEST.replace("[policy]", '[target.west]\nprovider = "aws-api-gateway"\nregion = "us-west-2"\naccount = "123456789012"\n\n[policy]');
  await planned({ manifest, workflow: ambient(example("many-accounts")) }, (outcome, { github }) => {
    outcome.ended(0);
    assert.equal(github.comments.length, 2, outcome.all.slice(-3000));
    assert.deepEqual(github.artifacts.map(({ name }) => name).sort(), ["ai-keys-plan-prod", "ai-keys-plan-west"]);
  });
});

test("many manifests are planned in one step", async () => {
  const files = { "teams/a/keys.toml": MANIFEST, "teams/b/keys.toml": MANIFEST.replace('"acme-ai"', '"acme-b"'), "teams/sandbox/keys.toml": "broken" };
  await planned({ files, workflow: ambient(example("monorepo")) }, (outcome, { github }) => {
    outcome.ended(0);
    assert.equal(github.comments.length, 2);
    assert.equal(Object.keys(github.artifacts[0].files).length, 2);
  });
});

test("a merge queue is answered, without a comment", async () => {
  const world = await World.start({ manifest: MANIFEST });
  try {
    const outcome = await world.act({ event: "merge_group", payload: eventOf("merge-group"), workflow: ambient(example("single-account")) });
    assert.equal(outcome.ended(0).outputs["has-changes"], "true");
    assert.equal(world.github.comments.length, 0);
  } finally {
    await world.close();
  }
});

test("drift alone is watched by its own workflow", async () => {
  const world = await World.start({ manifest: MANIFEST });
  try {
    const outcome = await world.act({ event: "workflow_dispatch", payload: eventOf("workflow-dispatch"), workflow: ambient(example("nightly-drift")) });
    outcome.ended(0);
    assert.equal(world.github.issues.length, 1, "nothing of the manifest is there yet");
  } finally {
    await world.close();
  }
});

test("500 keys are planned within the budget of the step", async (t) => {
  const keys = Array.from({ length: 500 }, (_, number) => `[key.load-${number}]\ndescription = "Load ${number}"\nowner = "team-load"\nexpires = 2027-06-30\n\n`);
  await planned({ manifest: MANIFEST + keys.join("") }, (outcome) => {
    outcome.ended(0);
    t.diagnostic(`plan of 500 keys, whole step: ${Math.round(outcome.stepMs)} ms, budget 2000 ms`);
  });
});

test("what changed since the review stops the merge, and the pull request says so", async () => {
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    // Somebody widens the manifest after the review, without a new plan.
    world.repository.write("keys.toml", MANIFEST.replace("rate = 10", "rate = 10_000"));
    const sha = await world.repository.commit("merged");
    world.github.addPull({ number: 7, head: HEAD, merged: sha });
    const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merged = (await world.act({ event: "push", payload, workflow, commit: sha })).ended(1);
    assert.equal(merged.outputs["failure-reason"], "plan-changed");
    assert.equal((await world.aws.keys()).length, 0);
    assert.match(world.github.comments[0].body, /⛔ Not applied/);
  });
});

test("a merge without a reviewed plan writes nothing and says how to go on", async () => {
  const world = await World.start({ manifest: MANIFEST });
  try {
    const sha = await world.repository.commit("merged");
    world.github.addPull({ number: 7, head: HEAD, merged: sha });
    const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merged = (await world.act({ event: "push", payload, workflow: ambient(example("single-account")), commit: sha })).ended(1);
    assert.equal(merged.outputs["failure-reason"], "plan-missing");
    assert.equal((await world.aws.keys()).length, 0);
  } finally {
    await world.close();
  }
});

test("a plan of another repository's run is not taken for the reviewed one", async () => {
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    for (const run of world.github.runs) run.repository = "stranger/keys";
    const sha = await world.repository.commit("merged");
    world.github.addPull({ number: 7, head: HEAD, merged: sha });
    const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merged = (await world.act({ event: "push", payload, workflow, commit: sha })).ended(1);
    assert.equal(merged.outputs["failure-reason"], "plan-missing");
    assert.equal((await world.aws.keys()).length, 0);
  });
});

test("a comment that was deleted meanwhile is made again", async () => {
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    world.github.comments.length = 0;
    const again = await world.act({ event: "pull_request", payload: pullRequest({ head: HEAD, name: "synchronize" }), workflow, head: HEAD });
    again.ended(0);
    assert.equal(world.github.comments.length, 1);
  });
});

test("a refused or broken AWS fails the step and shows nothing of its own", async () => {
  const variables = { AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
  await planned({ act: { variables } }, (outcome) => {
    outcome.ended(1);
    assert.equal(outcome.outputs["failure-reason"], "cloud");
  });
});

test("what AWS says in an error runs no command and mentions nobody", async () => {
  const said = "no ::add-mask::x\n::set-env name=A::b\r##[error]x %0A::stop-commands::y <!-- --> <img src=x> @acme/owners `";
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    const fault = { operation: "CreateApiKey", act: { refuse: { status: 400, code: "BadRequestException", message: said } } };
    await world.aws.fail([fault]);
    const sha = await world.repository.commit("merged");
    world.github.addPull({ number: 7, head: HEAD, merged: sha });
    const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merged = (await world.act({ event: "push", payload, workflow, commit: sha })).ended(1);
    // The oracle has judged every command of the transcript.
    assert.equal(merged.outputs["failure-reason"], "partial");
    assert.equal(merged.outputs.remaining === "0", false);
    for (const text of [world.github.comments[0].body, merged.summary]) {
      assert.match(text, /stop-commands/, "the words are shown");
      const bare = text.replace(/<!-- ai-keys .* -->/, "").replace(/(`+)[^`].*?\1/gs, "");
      assert.doesNotMatch(bare, /<img|<!--|@acme/);
    }
  });
});

test("moto, which nobody here wrote, gets the same keys", async (t) => {
  const moto = await startMoto();
  if (!moto) return t.skip("no moto (AI_KEYS_MOTO_SERVER is not set)");
  const manifest = MANIFEST.replace(/^stages = .*$/m, "");
  const world = await World.start({ manifest });
  const sandbox = world.aws;
  world.aws = moto;
  try {
    const variables = { AWS_ENDPOINT_URL: moto.url };
    const workflow = ambient(example("nightly-drift")).replace("command: drift", "command: apply");
    const outcome = await world.act({ event: "workflow_dispatch", payload: eventOf("workflow-dispatch"), workflow, variables });
    outcome.ended(0);
    assert.equal(outcome.outputs.remaining, "0");
    assert.deepEqual((await moto.keys()).map(({ name }) => name).sort(), ["batch-embedder", "chat-web"]);
  } finally {
    await Promise.all([world.close(), sandbox.close()]);
  }
});

test("what a killed step left is finished by the step after the job", async () => {
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    const temp = mkdtempSync(join(tmpdir(), "ai-keys-post-"));
    const comment = world.github.comments[0];
    const applying = comment.body.replace(/📝 Planned.*\n$/, "🟠 Applying: 1 of 5 steps done\n");
    const scope = JSON.parse(/^<!-- ai-keys (.*) -->/.exec(comment.body)[1]).scope;
    comment.body = applying;
    const ended = applying.replace(/🟠 Applying.*\n$/, "⚠️ Ended before it was done. A re-run is safe.\n");
    // Only a later state of the same run may follow.
    const body = ended.replace('"gen":1', '"gen":2');
    mkdirSync(join(temp, "ai-keys"));
    writeFileSync(join(temp, "ai-keys/unfinished.json"), JSON.stringify({ format: 1, comments: [{ id: comment.id, scope, body }] }));
    const env = {
      PATH: process.env.PATH, HOME: temp, RUNNER_TEMP: temp, GITHUB_WORKSPACE: world.repository.workspace,
      GITHUB_EVENT_NAME: "pull_request", GITHUB_REPOSITORY: "acme/keys", GITHUB_SHA: HEAD, GITHUB_REF: "refs/pull/7/merge",
      GITHUB_RUN_ID: String(world.runs), GITHUB_RUN_ATTEMPT: "1", GITHUB_API_URL: world.prism.url, GITHUB_ACTIONS: "true",
      GITHUB_WORKFLOW_REF: "acme/keys/.github/workflows/keys.yml@refs/heads/main", INPUT_MANIFEST: "keys.toml", "INPUT_GITHUB-TOKEN": "test-token",
    };
    const post = await run(process.execPath, [join(ACTION, "dist/post.js")], { env });
    assert.equal(post.code, 0, post.out + post.err);
    assert.match(comment.body, /Ended before it was done/, post.out + post.err);
    assert.equal(existsSync(join(temp, "ai-keys")), false, "its files are removed");
    rmSync(temp, { recursive: true });
  });
});

test("an apply that is killed half-way says so, and the next one makes nothing twice", async () => {
  const workflow = ambient(example("single-account"));
  await planned({ workflow }, async (outcome, world) => {
    outcome.ended(0);
    const sha = await world.repository.commit("merged");
    world.github.addPull({ number: 7, head: HEAD, merged: sha });
    const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
    const merge = () => world.act({ event: "push", payload, workflow, commit: sha });

    // The last key is made, and the runner is killed while it waits to hear of it.
    await world.aws.fail([{ operation: "CreateApiKey", turn: { nth: 2 }, act: "hang-after" }]);
    const merging = merge();
    const made = await eventually(async () => (await world.aws.keys()).length === 2);
    assert.ok(made, "both keys are made");
    assert.equal(world.killRunners(), 1);
    const killed = (await merging).ended(1);
    const [comment] = world.github.comments;
    assert.match(comment.body, /⚠️ Ended before it was done in \[run .* A re-run is safe/, killed.all.slice(-3000));
    const values = new Map((await world.aws.keys()).map(({ id, value }) => [id, value]));

    await world.aws.fail([]);
    (await merge()).ended(0);
    const after = new Map((await world.aws.keys()).map(({ id, value }) => [id, value]));
    assert.deepEqual(after, values, "the same keys with the same values");
    assert.equal(world.github.comments.length, 1);
    assert.match(comment.body, /✅ Applied/);
    const { out } = await world.aws.command("plan", "--quiet");
    assert.match(out, /no changes/);
  });
});

/** Waits for something to come true, ten seconds at most. */
async function eventually(check) {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    if (await check()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

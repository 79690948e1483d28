// The Action with an account: what a team sees from the pull request to the night after the merge.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { ACTION, run } from "./support/act.mjs";
import { day } from "./support/days.mjs";
import { pullRequest } from "./support/events.mjs";
import { HEAD, MANIFEST, NIGHT, example, merged, planned } from "./support/stories.mjs";
import { World, closeServers } from "./support/world.mjs";

after(closeServers);

test("opened, pushed, merged, watched: one comment and one issue", async (t) => {
  await World.use({ manifest: MANIFEST }, async (world) => {
    const { github } = world;
    const workflow = example("single-account");
    // Somebody's key is there already, so that there is a value to be found in all that follows.
    await world.aws.create({ name: "somebody-elses", enabled: true });
    const own = async () => (await world.aws.keys()).filter(({ name }) => name !== "somebody-elses");
    github.addPull({ number: 7, head: HEAD });
    const opened = (await world.act({ event: "pull_request", payload: pullRequest({ head: HEAD }), workflow, head: HEAD })).ended(0);
    assert.equal(github.comments.length, 1, opened.all);
    assert.equal(opened.outputs["has-changes"], "true");
    assert.equal(opened.outputs["comment-id"], String(github.comments[0].id));
    const first = github.comments[0].body;
    t.diagnostic(`the comment when opened:\n${first}`);

    const second = "c".repeat(40);
    github.addPull({ number: 7, head: second });
    world.repository.write("keys.toml", MANIFEST.replace("[key.chat-web]", `[key.late]\ndescription = "Late"\nowner = "team-late"\nexpires = ${day(200)}\n\n[key.chat-web]`));
    const payload = pullRequest({ head: second, name: "synchronize" });
    (await world.act({ event: "pull_request", payload, workflow, head: second })).ended(0);
    assert.equal(github.comments.length, 1);
    assert.equal(github.comments[0].edits.length, 1);
    assert.match(github.comments[0].body, /late/);
    assert.equal((await own()).length, 0, "a plan changes nothing");

    const push = await merged(world, { head: second });
    const done = (await push()).ended(0);
    const keys = await own();
    assert.ok(keys.some(({ name }) => name === "late"), done.all);
    assert.equal(done.outputs.remaining, "0");
    assert.equal(Number(done.outputs.applied) > 0, true);
    assert.equal(github.comments.length, 1);
    assert.match(github.comments[0].body, /✅ Applied/);
    t.diagnostic(`the comment when merged:\n${github.comments[0].body}`);

    const night = { ...NIGHT, workflow };
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
  });
});

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
    await planned({ prepare, isGitHubBroken: true }, (outcome, { github }) => {
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

test("what changed since the review stops the merge, and the pull request says so", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    // Somebody widens the manifest after the review, without a new plan.
    world.repository.write("keys.toml", MANIFEST.replace("rate = 10", "rate = 10_000"));
    const done = (await (await merged(world))()).ended(1);
    assert.equal(done.outputs["failure-reason"], "plan-changed");
    assert.equal((await world.aws.keys()).length, 0);
    assert.match(world.github.comments[0].body, /⛔ Not applied/);
  });
});

test("a merge without a reviewed plan writes nothing and says how to go on", async () => {
  await World.use({ manifest: MANIFEST }, async (world) => {
    const done = (await (await merged(world))()).ended(1);
    assert.equal(done.outputs["failure-reason"], "plan-missing");
    assert.equal((await world.aws.keys()).length, 0);
  });
});

test("a plan of another repository's run is not taken for the reviewed one", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    for (const run of world.github.runs) run.repository = "stranger/keys";
    const done = (await (await merged(world))()).ended(1);
    assert.equal(done.outputs["failure-reason"], "plan-missing");
    assert.equal((await world.aws.keys()).length, 0);
  });
});

test("a comment that was deleted meanwhile is made again", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    world.github.comments.length = 0;
    const again = await world.act({ event: "pull_request", payload: pullRequest({ head: HEAD, name: "synchronize" }), workflow: example("single-account"), head: HEAD });
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
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    const fault = { operation: "CreateApiKey", act: { refuse: { status: 400, code: "BadRequestException", message: said } } };
    await world.aws.fail([fault]);
    const done = (await (await merged(world))()).ended(1);
    // The oracle has judged every command of the transcript.
    assert.equal(done.outputs["failure-reason"], "partial");
    assert.equal(done.outputs.remaining === "0", false);
    for (const text of [world.github.comments[0].body, done.summary]) {
      assert.match(text, /stop-commands/, "the words are shown");
      const bare = text.replace(/<!-- ai-keys .* -->/, "").replace(/(`+)[^`].*?\1/gs, "");
      assert.doesNotMatch(bare, /<img|<!--|@acme/);
    }
  });
});

test("a hostile manifest stays text in the comment, in the issue and in the log of a live plan", async () => {
  const hostile = ["%0A::error::x ##[add-mask]y", "@org/team <!-- --> <img src=x>", "`x` | ![i](http://e) </details>", "::stop-commands::t"];
  const keys = hostile.map((text, at) => `[key.h-${at}]\ndescription = ${JSON.stringify(text)}\nowner = ${JSON.stringify(text.replace(/[ [\]()<>`|]/g, ""))}\nexpires = ${day(200)}\n`);
  const manifest = `${MANIFEST}\n${keys.join("\n")}`;
  await planned({ manifest }, async (outcome, world) => {
    outcome.ended(0);
    (await world.act({ ...NIGHT, workflow: example("single-account") })).ended(0);
    const { comments, issues } = world.github;
    for (const text of [comments[0].body, issues[0].body, outcome.summary]) {
      assert.match(text, /stop-commands/, "the words are shown");
      const bare = text.replace(/^<!-- ai-keys .* -->/, "").replace(/^```[^]*?^```$/gm, "").replace(/(`+)[^`].*?\1/gs, "");
      assert.doesNotMatch(bare, /@org|<img|<!--|!\[i\]\(/);
    }
    (await (await merged(world))()).ended(0);
    assert.equal((await world.aws.keys()).length, 6);
  });
});

test("what a killed step left is finished by the step after the job", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    const temp = mkdtempSync(join(tmpdir(), "ai-keys-post-"));
    const comment = world.github.comments[0];
    const applying = comment.body.replace(/📝 Planned.*\n$/, "🟠 Applying: 1 of 5 steps done\n");
    const scope = JSON.parse(/^<!-- ai-keys (.*) -->/.exec(comment.body)[1]).scope;
    comment.body = applying;
    const ended = applying.replace(/🟠 Applying.*\n$/, "⚠️ Ended before it was done. A re-run is safe.\n");
    // Only a later state of the same run may follow.
    const body = ended.replace('"gen":1', '"gen":2');
    const own = join(temp, "ai-keys-step");
    mkdirSync(join(own, "ai-keys"), { recursive: true });
    mkdirSync(join(temp, "ai-keys-other"));
    writeFileSync(join(own, "ai-keys/unfinished.json"), JSON.stringify({ format: 1, comments: [{ id: comment.id, scope, body }] }));
    const env = {
      PATH: process.env.PATH, HOME: temp, RUNNER_TEMP: temp, STATE_folder: own, GITHUB_WORKSPACE: world.repository.workspace,
      GITHUB_EVENT_NAME: "pull_request", GITHUB_REPOSITORY: "acme/keys", GITHUB_SHA: HEAD, GITHUB_REF: "refs/pull/7/merge",
      GITHUB_RUN_ID: String(world.runs), GITHUB_RUN_ATTEMPT: "1", GITHUB_API_URL: world.prism.url, GITHUB_ACTIONS: "true",
      GITHUB_WORKFLOW_REF: "acme/keys/.github/workflows/keys.yml@refs/heads/main", INPUT_MANIFEST: "keys.toml", "INPUT_GITHUB-TOKEN": "test-token",
    };
    const post = await run(process.execPath, [join(ACTION, "dist/post.js")], { env });
    assert.equal(post.code, 0, post.out + post.err);
    assert.match(comment.body, /Ended before it was done/, post.out + post.err);
    assert.deepEqual(readdirSync(temp), ["ai-keys-other"], "its files are removed, and nobody else's");
    rmSync(temp, { recursive: true });
  });
});

test("an apply that is killed half-way says so, and the next one makes nothing twice", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    const merge = await merged(world);

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

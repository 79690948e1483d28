// Every example workflow on every event that it names: the roles are those of our documentation, and so are their trust
// policies, so that a job that gets the wrong role fails here as it would at AWS.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";

import { eventOf, pullRequest } from "./support/events.mjs";
import { ROLES } from "./support/gateway.mjs";
import { HEAD, MANIFEST, NIGHT, byHand, example, merged, planned } from "./support/stories.mjs";
import { World, closeServers } from "./support/world.mjs";

after(closeServers);

const EXAMPLES = readdirSync(new URL("../../examples/workflows", import.meta.url)).filter((name) => name.endsWith(".yml")).map((name) => name.slice(0, -4));
const names = (keys) => keys.map(({ name }) => name).sort();

/** Returns the `concurrency:` of a workflow and of its jobs, as they are written. */
const queues = (workflow) => [...workflow.matchAll(/^( *)concurrency:\n((?:\1 +.*\n)+)/gm)].map(([, , body]) => body);

test("an apply that waits is not dropped for a newer one", () => {
  for (const name of EXAMPLES.filter((name) => !["enterprise-server", "code-scanning"].includes(name))) {
    const found = queues(example(name));
    assert.ok(found.length > 0, `${name} has no concurrency`);
    for (const body of found) {
      assert.match(body, /queue: max\n/, name);
      assert.doesNotMatch(body, /cancel-in-progress: (?!false)/, name);
      // The branch tells a merge queue's groups, pull requests and the default branch apart.
      assert.match(body, /group: keys-.*\$\{\{ github\.ref \}\}\n/, name);
    }
  }
  // A server may not know `queue`: there an apply is not cut off, though one that waits may be dropped.
  assert.match(queues(example("enterprise-server"))[0], /cancel-in-progress: \$\{\{ github\.event_name == 'pull_request' \}\}\n/);
});

test("a role is assumed by OpenID Connect, and lent to whom its trust policy names", async () => {
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    assert.equal(world.github.comments.length, 1);
    assert.deepEqual(world.issuer.asked, [{ audience: "sts.amazonaws.com", authorization: "Bearer request-token-of-the-job", subject: "repo:acme/keys:pull_request" }]);
    assert.doesNotMatch(outcome.all, /eyJ[\w-]{20,}|request-token-of-the-job/);

    const workflow = example("single-account").replace(/aws-role: .*/, `aws-role: ${ROLES.apply.arn}`);
    const refused = (await world.act({ event: "pull_request", payload: pullRequest({ head: HEAD }), workflow, head: HEAD })).ended(1);
    assert.equal(refused.outputs["failure-reason"], "cloud");
    assert.match(refused.log, /Not authorized to perform sts:AssumeRoleWithWebIdentity.*trust policy/);
  });
});

test("a merge queue is answered with the role that reads, without a comment", async () => {
  await World.use({ manifest: MANIFEST }, async (world) => {
    const outcome = await world.act({ event: "merge_group", payload: eventOf("merge-group"), workflow: example("single-account") });
    assert.equal(outcome.ended(0).outputs["has-changes"], "true");
    assert.match(world.issuer.asked[0].subject, /^repo:acme\/keys:ref:refs\/heads\/gh-readonly-queue\/main\/pr-/);
    assert.equal(world.github.comments.length, 0);
  });
});

test("a merge that lacks an acknowledgement is applied by hand with the comment's", async () => {
  const without = MANIFEST.replace(/\n\[key\.batch-embedder\][^]*$/, "\n");
  await planned({}, async (outcome, world) => {
    outcome.ended(0);
    await (await merged(world))();
    assert.deepEqual(names(await world.aws.keys()), ["batch-embedder", "chat-web"]);

    // The last key of an owner leaves the file.
    const head = "c".repeat(40);
    world.repository.write("keys.toml", without);
    world.github.addPull({ number: 8, head });
    (await world.act({ event: "pull_request", payload: pullRequest({ head, number: 8 }), workflow: example("single-account"), head })).ended(0);
    const comment = world.github.comments.find(({ issue }) => issue === 8);
    const [ack] = /[a-z-]+:batch-embedder@[0-9a-f-]+/.exec(comment.body) ?? [];
    assert.ok(ack, comment.body);
    const refused = (await (await merged(world, { number: 8, head }))()).ended(1);
    assert.equal(refused.outputs["failure-reason"], "guard");
    const enabled = async () => (await world.aws.keys()).find(({ name }) => name === "batch-embedder").enabled;
    assert.equal(await enabled(), true);

    (await world.act({ ...byHand({ ack }), workflow: example("single-account"), commit: world.github.pulls.get(8).merged })).ended(0);
    assert.equal(await enabled(), false);
  });
});

test("many targets are a job each: reviewed and applied each by itself", async () => {
  const west = '[target.west]\nprovider = "aws-api-gateway"\nregion = "us-west-2"\naccount = "123456789012"\n\n[policy]';
  const manifest = MANIFEST.replace("[policy]", west);
  const workflow = example("many-accounts");
  await planned({ manifest, workflow }, async (outcome, world) => {
    outcome.ended(0);
    const { github } = world;
    assert.equal(github.comments.length, 2, outcome.all.slice(-3000));
    const uploaded = github.artifacts.map(({ name }) => name).sort();
    for (const [at, target] of ["prod", "west"].entries()) assert.match(uploaded[at], new RegExp(`^ai-keys-plan-${target}-[0-9a-f]{8}$`));

    const done = (await (await merged(world, { workflow }))()).ended(0);
    for (const { body } of github.comments) assert.match(body, /✅ Applied/, done.all.slice(-3000));
    assert.deepEqual(names(await world.aws.keys()), ["batch-embedder", "chat-web"]);
    for (const region of ["eu-west-1", "us-west-2"]) assert.match((await world.aws.command("plan", "--quiet")).out, new RegExp(`${region}[^]*no changes`));
  });
});

test("two manifests may have a target of one name: neither plan takes the other's place", async () => {
  const files = { "a.toml": MANIFEST, "b.toml": MANIFEST.replace('"acme-ai"', '"acme-b"').replaceAll("[key.", "[key.b-") };
  const workflow = example("many-accounts").replace("          command: validate\n", '          command: validate\n          manifest: "?.toml"\n');
  await planned({ files, workflow }, async (outcome, world) => {
    outcome.ended(0);
    const uploaded = world.github.artifacts.map(({ name }) => name);
    assert.equal(new Set(uploaded).size, 2, uploaded.join(" "));
    for (const name of uploaded) assert.match(name, /^ai-keys-plan-prod-[0-9a-f]{8}$/);
    (await (await merged(world, { workflow }))()).ended(0);
    assert.deepEqual(names(await world.aws.keys()), ["b-batch-embedder", "b-chat-web", "batch-embedder", "chat-web"]);
  });
});

test("many manifests are planned in one step, and applied in one", async () => {
  const files = { "teams/a/keys.toml": MANIFEST, "teams/b/keys.toml": MANIFEST.replace('"acme-ai"', '"acme-b"').replaceAll("[key.", "[key.b-"), "teams/sandbox/keys.toml": "broken" };
  const workflow = example("monorepo");
  await planned({ files, workflow }, async (outcome, world) => {
    outcome.ended(0);
    const { github } = world;
    assert.equal(github.comments.length, 2);
    assert.equal(Object.keys(github.artifacts[0].files).length, 2);
    (await (await merged(world, { workflow }))()).ended(0);
    for (const { body } of github.comments) assert.match(body, /✅ Applied/);
    assert.deepEqual(names(await world.aws.keys()), ["b-batch-embedder", "b-chat-web", "batch-embedder", "chat-web"]);
  });
});

for (const version of ["ghes-3.18", "ghes-3.19"]) {
  test(`a GitHub Enterprise Server is asked at its own address: ${version}`, async () => {
    const workflow = example("enterprise-server");
    const apiPrefix = "/api/v3";
    await planned({ workflow, version, act: { apiPrefix } }, async (outcome, world) => {
      outcome.ended(0);
      assert.equal(world.github.comments.length, 1);
      assert.equal(world.issuer.asked.length, 0, "a machine with an instance role asks for no token");
      (await (await merged(world, { workflow, apiPrefix }))()).ended(0);
      assert.match(world.github.comments[0].body, /✅ Applied/);
      assert.equal((await world.aws.keys()).length, 2);
    });
  });
}

test("drift alone is watched by its own workflow", async () => {
  await World.use({ manifest: MANIFEST }, async (world) => {
    for (const start of [byHand(), NIGHT]) (await world.act({ ...start, workflow: example("nightly-drift") })).ended(0);
    assert.equal(world.github.issues.length, 1, "nothing of the manifest is there yet");
    assert.equal((await world.aws.keys()).length, 0);
  });
});

test("the mistakes of a manifest go to code scanning, but for a fork, whose token may not upload", async () => {
  const files = { "teams/a/keys.toml": MANIFEST.replace('["standard"]', '["standrad"]') };
  await World.use({ manifest: MANIFEST, files }, async (world) => {
    const scan = (fork) => world.act({ event: "pull_request", payload: pullRequest({ head: HEAD, fork }), workflow: example("code-scanning"), head: HEAD });
    assert.equal((await scan(true)).ended(1).annotations.error, 1);
    assert.equal(world.github.sarif.length, 0);
    (await scan(false)).ended(1);
    assert.equal(world.github.sarif.length, 1);
    const [{ category, report }] = world.github.sarif;
    assert.equal(category, "ai-keys");
    assert.equal(report.version, "2.1.0");
    const results = report.runs.flatMap((run) => run.results.map(({ ruleId, locations }) => [ruleId, locations[0].physicalLocation.artifactLocation.uri]));
    assert.deepEqual(results, [["AK103", "teams/a/keys.toml"]]);
  });
});

// What a date brings about: the nightly workflow carries it out, and no value is left anywhere.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { day } from "./support/days.mjs";
import { startMoto } from "./support/moto.mjs";
import { MANIFEST, NIGHT, byHand, example, merged, planned } from "./support/stories.mjs";
import { World, closeServers } from "./support/world.mjs";

after(closeServers);

const NIGHTLY = { ...NIGHT, workflow: example("nightly-apply") };
const DELIVER = 'deliver = [{ to = "secrets-manager", name = "ai/{target}/{key}" }, { to = "ssm", name = "/ai/{target}/{key}" }]';
const ROTATING = MANIFEST.replace('[defaults.key]\n', `[defaults.key]\n${DELIVER}\nrotate = { every = "30d", overlap = "7d" }\n`);

test("a night past `expires` disables the key, and the look for drift is content with it", async () => {
  const manifest = MANIFEST.replace(/expires = \S+/, `expires = ${day(-1)}`);
  await World.use({ manifest, appliedOn: day(-40) }, async (world) => {
    const isEnabled = async () => new Map((await world.aws.keys()).map(({ name, enabled }) => [name, enabled]));
    assert.deepEqual(await isEnabled(), new Map([["batch-embedder", true], ["chat-web", true]]));

    const night = { ...NIGHT, workflow: example("single-account") };
    (await world.act(night)).ended(0);
    assert.equal((await isEnabled()).get("chat-web"), true, "the look for drift changes nothing");
    assert.equal(world.github.issues.length, 1, "and says that something is due");

    const outcome = (await world.act(NIGHTLY)).ended(0);
    assert.equal(outcome.outputs.applied, "1", outcome.log);
    assert.deepEqual(await isEnabled(), new Map([["batch-embedder", true], ["chat-web", false]]));

    (await world.act(night)).ended(0);
    assert.equal(world.github.issues[0].state, "closed");
  });
});

test("a due rotation is carried out at night: the new value is delivered, the old one works on", async () => {
  await World.use({ manifest: ROTATING, appliedOn: day(-31) }, async (world) => {
    const before = await world.aws.keys();
    assert.equal(before.length, 2);

    const outcome = (await world.act(NIGHTLY)).ended(0);
    const after = await world.aws.keys();
    assert.equal(after.length, 4, outcome.log);
    assert.ok(after.every(({ enabled }) => enabled), "the overlap has begun");
    const old = new Set(before.map(({ value }) => value));
    for (const name of ["chat-web", "batch-embedder"]) {
      const fresh = after.find((key) => key.name.startsWith(name) && !old.has(key.value));
      assert.equal(await world.aws.secret(`ai/prod/${name}`), fresh.value, name);
    }
    assert.equal(outcome.outputs.remaining, "0");

    const again = (await world.act(NIGHTLY)).ended(0);
    assert.equal(again.outputs.applied, "0", "what is done is not done twice");
  });
});

test("what a merge creates it delivers, and only handles leave the step", async () => {
  await planned({ manifest: ROTATING }, async (outcome, world) => {
    outcome.ended(0);
    assert.match(world.github.comments[0].body, /deliver/);
    const done = (await (await merged(world))()).ended(0);
    const keys = await world.aws.keys();
    assert.equal(keys.length, 2);
    for (const { name, value } of keys) assert.equal(await world.aws.secret(`ai/prod/${name}`), value, name);
    // The oracle has looked for these values in the log, in what GitHub got, in outputs, files and the environment.
    assert.ok(keys.every(({ value }) => world.gateway.values.has(value)));
    const [scope] = JSON.parse(JSON.parse(world.left[0].steps).keys.outputs.result).scopes;
    const told = scope.keys.map(({ key, id, delivered }) => [key, keys.some((made) => made.id === id), delivered.sort()]);
    const at = (key) => [`secrets-manager:eu-west-1:123456789012:ai/prod/${key}`, `ssm:eu-west-1:123456789012:/ai/prod/${key}`];
    assert.deepEqual(told.sort(), ["batch-embedder", "chat-web"].map((key) => [key, true, at(key)]), done.log);
  });
});

test("moto, which nobody here wrote, gets the same keys", async (t) => {
  const moto = await startMoto();
  if (!moto) return t.skip("no moto (AI_KEYS_MOTO_SERVER is not set)");
  const manifest = MANIFEST.replace(/^stages = .*$/m, "");
  await World.use({ manifest, aws: moto }, async (world) => {
    const outcome = (await world.act({ ...byHand(), workflow: example("nightly-apply") })).ended(0);
    assert.equal(outcome.outputs.remaining, "0");
    assert.deepEqual((await moto.keys()).map(({ name }) => name).sort(), ["batch-embedder", "chat-web"]);
  });
});

// The very files that a runner downloads, with the packed static runner of a release: the other tests have a build of
// today in its place.

import assert from "node:assert/strict";
import { env as environment } from "node:process";
import { after, test } from "node:test";

import { NIGHT, example, merged, planned } from "./support/stories.mjs";
import { closeServers } from "./support/world.mjs";

after(closeServers);

const SHIPPED = environment.AI_KEYS_ACTION_SHIPPED ?? "";
const skip = SHIPPED === "" ? "`dist/bin` holds no runners of these sources" : false;

test("the packed runner plans, applies and looks for drift", { skip }, async () => {
  const act = { action: SHIPPED };
  await planned({ act }, async (outcome, world) => {
    outcome.ended(0);
    assert.equal(world.github.comments.length, 1);
    (await (await merged(world, act))()).ended(0);
    assert.match(world.github.comments[0].body, /✅ Applied/);
    assert.equal((await world.aws.keys()).length, 2);
    (await world.act({ ...NIGHT, workflow: example("single-account"), ...act })).ended(0);
    assert.equal(world.github.issues.length, 0);
  });
});

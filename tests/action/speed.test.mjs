// How long a step takes, against its budget: the best of some runs, because a busy machine only makes a step slower.
// `cargo xtask action` runs this file after the others, alone. Where `dist/bin` has runners of these sources, what a runner
// downloads is measured; elsewhere today's build, which is not optimised and 77 MB that act copies before each step. With `AI_KEYS_BUDGETS=1` it is strict; a machine that is busy with other work has four
// times as long.

import assert from "node:assert/strict";
import { env as environment } from "node:process";
import { after, test } from "node:test";

import { ACTION, Repository } from "./support/act.mjs";
import { day } from "./support/days.mjs";
import { pullRequest } from "./support/events.mjs";
import { HEAD, MANIFEST, example, planned } from "./support/stories.mjs";
import { workflow } from "./support/workflow.mjs";
import { closeServers } from "./support/world.mjs";

after(closeServers);

/** Runs are told apart by luck at least so often, and a machine that is busy has so many to keep a budget in. */
const LEAST = 5;
const MOST = 20;

const action = environment["AI_KEYS_ACTION_SHIPPED"] ?? ACTION;
const patience = environment["AI_KEYS_BUDGETS"] ? 1 : 4;

/** Runs something until its Action's step has kept its budget in milliseconds, and fails where it never does. */
async function within(t, what, budget, act) {
  const times = [];
  while (times.length < LEAST || (Math.min(...times) > budget && times.length < MOST)) times.push((await act()).ended(0).stepMs);
  const took = Math.round(Math.min(...times));
  t.diagnostic(`${what}: ${took} ms, best of ${times.length}, budget ${budget} ms`);
  assert.ok(took <= budget * patience, `${what} took ${took} ms at best, budget ${budget} ms`);
}

test("a step that only validates", async (t) => {
  const repository = new Repository({ "keys.toml": MANIFEST });
  try {
    const head = await repository.commit();
    const event = "pull_request";
    const act = () => repository.act({ action, event, payload: pullRequest({ head }), workflow: workflow({ event, inputs: { command: "validate" } }) });
    await within(t, "validate-only step under act", 250, act);
  } finally {
    repository.remove();
  }
});

test("a step that plans 500 keys", async (t) => {
  const keys = Array.from({ length: 500 }, (_, number) => `[key.load-${number}]\ndescription = "Load ${number}"\nowner = "team-load"\nexpires = ${day(200)}\n\n`);
  await planned({ manifest: MANIFEST + keys.join("") }, async (outcome, world) => {
    outcome.ended(0);
    const again = { event: "pull_request", payload: pullRequest({ head: HEAD, name: "synchronize" }), workflow: example("single-account"), head: HEAD, action };
    await within(t, "plan of 500 keys, whole step", 2_000, () => world.act(again));
  });
});

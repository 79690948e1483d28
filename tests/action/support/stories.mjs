// What the stories have in common: the example workflows, and the way of a change from the pull request to the merge.

import { readFileSync } from "node:fs";

import { moved } from "./days.mjs";
import { eventOf, pullRequest } from "./events.mjs";
import { World } from "./world.mjs";

const text = (path) => readFileSync(new URL(`../../../examples/${path}`, import.meta.url), "utf8");

/** The manifest of the quick start. */
export const MANIFEST = moved(text("quickstart/keys.toml"));
/** The head of the pull request. */
export const HEAD = "a".repeat(40);

/** Returns an example workflow as it is. */
export const example = (name) => text(`workflows/${name}.yml`);

/** Plans once on a pull request, and hands on the outcome and the world. */
export async function planned({ prepare = () => {}, workflow = example("single-account"), head = HEAD, manifest = MANIFEST, act, ...options }, check) {
  await World.use({ manifest, ...options }, async (world) => {
    world.github.addPull({ number: 7, head });
    await prepare(world);
    const outcome = await world.act({ event: "pull_request", payload: pullRequest({ head }), workflow, head, ...act });
    await check(outcome, world);
  });
}

/** Merges the pull request; what that push starts can be run again. */
export async function merged(world, { workflow = example("single-account"), head = HEAD, number = 7, ...act } = {}) {
  const sha = await world.repository.commit("merged");
  world.github.addPull({ number, head, merged: sha });
  const payload = eventOf("push", (event) => Object.assign(event, { ref: "refs/heads/main", after: sha }));
  return () => world.act({ event: "push", payload, workflow, commit: sha, ...act });
}

/** A night, as GitHub's schedule tells of it. */
export const NIGHT = { event: "schedule", payload: { schedule: "17 3 * * *", repository: eventOf("push").repository } };

/** Starts a workflow by hand on the default branch. */
export const byHand = (inputs = {}) => ({ event: "workflow_dispatch", payload: eventOf("workflow-dispatch", (event) => Object.assign(event, { inputs })) });

// Events of GitHub's own examples, with our repository in them.

import { readFileSync } from "node:fs";

/** Returns an event of GitHub's own examples with our repository in it. */
export function eventOf(name, change = (payload) => payload) {
  const payload = JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), "utf8"));
  payload.repository.full_name = "acme/keys";
  payload.repository.name = "keys";
  payload.repository.owner.login = "acme";
  payload.repository.default_branch = "main";
  return change(payload) ?? payload;
}

/** Returns the event of a pull request. */
export function pullRequest({ head, number = 7, fork = false, name = "opened" }) {
  return eventOf(`pull-request-${name}`, (payload) => {
    payload.number = number;
    payload.pull_request.number = number;
    payload.pull_request.head.sha = head;
    payload.pull_request.head.ref = "change";
    payload.pull_request.base.ref = "main";
    payload.pull_request.base.repo.full_name = "acme/keys";
    payload.pull_request.head.repo.full_name = fork ? "stranger/keys" : "acme/keys";
    if (fork) payload.pull_request.head.repo.id += 1;
  });
}

// Our GitHub answers as GitHub's own description says, in all three versions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startPrism } from "./github/prism.mjs";
import { startGitHub } from "./github/server.mjs";

const HEAD = "a".repeat(40);
const MERGED = "b".repeat(40);

async function started(version) {
  const github = await startGitHub();
  const prism = await startPrism(github, version);
  const call = async (method, path, body) => {
    const answer = await fetch(`${prism.url}${path}`, {
      method,
      headers: { authorization: "Bearer test", accept: "application/vnd.github+json", "user-agent": "ai-keys-test" },
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { authorization: "Bearer test", "content-type": "application/json" } }),
      redirect: "manual",
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  return { github, prism, call, close: () => Promise.all([prism.close(), github.close()]) };
}

for (const version of ["api.github.com", "ghes-3.18", "ghes-3.19"]) {
  test(`every route answers within the description of ${version}`, async () => {
    const it = await started(version);
    try {
      it.github.addPull({ number: 7, head: HEAD, merged: MERGED });
      it.github.addRun({ id: 55, head: HEAD });
      const artifact = it.github.addArtifact({ name: "ai-keys-plan", files: { "plan.json": "{}" }, run: 55 });
      const repo = "/repos/acme/keys";
      const made = await it.call("POST", `${repo}/issues/7/comments`, { body: "hello" });
      assert.equal(made.status, 201, made.body);
      const comment = JSON.parse(made.body).id;
      const issue = await it.call("POST", `${repo}/issues`, { title: "drift", body: "x" });
      assert.equal(issue.status, 201, issue.body);
      const calls = [
        ["GET", `${repo}/issues/7/comments?per_page=100`, 200],
        ["PATCH", `${repo}/issues/comments/${comment}`, 200, { body: "again" }],
        ["GET", `${repo}/issues/comments/${comment}`, 200],
        ["DELETE", `${repo}/issues/comments/${comment}`, 204],
        ["GET", `${repo}/issues?state=open&per_page=100`, 200],
        ["PATCH", `${repo}/issues/${JSON.parse(issue.body).number}`, 200, { state: "closed" }],
        ["GET", `${repo}/pulls/7`, 200],
        ["GET", `${repo}/pulls?state=closed&sort=updated&direction=desc&per_page=100`, 200],
        ["GET", `${repo}/commits/${MERGED}/pulls`, 200],
        ["GET", `${repo}/git/commits/${MERGED}`, 200],
        ["GET", `${repo}/commits?sha=${MERGED}&path=teams%2Fa%2Fkeys.toml&per_page=1`, 200],
        ["GET", `${repo}/actions/artifacts?name=ai-keys-plan`, 200],
        ["GET", `${repo}/actions/runs/55/artifacts`, 200],
        ["GET", `${repo}/actions/runs?head_sha=${HEAD}`, 200],
        ["GET", `${repo}/actions/runs/55`, 200],
        ["GET", `${repo}/actions/artifacts/${artifact.id}/zip`, 302],
      ];
      for (const [method, path, status, body] of calls) {
        const answer = await it.call(method, path, body);
        assert.equal(answer.status, status, `${method} ${path}: ${answer.body}`);
      }
      assert.deepEqual(it.prism.violations, []);
    } finally {
      await it.close();
    }
  });
}

test("what GitHub has no route or no field for is refused before it reaches the server", async () => {
  const it = await started();
  try {
    it.github.addPull({ number: 7, head: HEAD });
    const wrong = [
      ["POST", "/repos/acme/keys/issues/comments/1", { body: "a client that posts what is patched" }],
      ["POST", "/repos/acme/keys/issues/7/comments", { text: "no body" }],
      ["POST", "/repos/acme/keys/issues/7/comments", { body: "x", unknown: true }],
      ["GET", "/repos/acme/keys/no/such/route"],
    ];
    for (const [method, path, body] of wrong) {
      const answer = await it.call(method, path, body);
      assert.ok(answer.status >= 400, `${method} ${path} got ${answer.status}`);
    }
    assert.deepEqual(it.github.journal, []);
    assert.equal(it.prism.violations.length, wrong.length);
  } finally {
    await it.close();
  }
});

test("issues are listed by all of their labels", async () => {
  const github = await startGitHub();
  try {
    const headers = { authorization: "Bearer test" };
    const at = `${github.url}/repos/acme/keys/issues`;
    for (const labels of [["a"], ["a", "b"], []]) {
      await fetch(at, { method: "POST", headers, body: JSON.stringify({ title: labels.join(" ") || "none", body: "x", labels }) });
    }
    const titles = async (query) => (await (await fetch(`${at}?${query}`, { headers })).json()).map(({ title }) => title).sort();
    assert.deepEqual(await titles(""), ["a", "a b", "none"]);
    assert.deepEqual(await titles("labels=a"), ["a", "a b"]);
    assert.deepEqual(await titles("labels=a,b"), ["a b"]);
    assert.deepEqual(await titles("labels=c"), []);
  } finally {
    await github.close();
  }
});

test("a comment beyond 65,536 characters is refused, and pages are linked", async () => {
  const github = await startGitHub();
  try {
    github.addPull({ number: 7, head: HEAD });
    for (let count = 0; count < 205; count += 1) github.addComment({ body: `comment ${count}` });
    const headers = { authorization: "Bearer test" };
    const at = `${github.url}/repos/acme/keys/issues/7/comments`;
    const long = await fetch(at, { method: "POST", headers, body: JSON.stringify({ body: "x".repeat(65_537) }) });
    assert.equal(long.status, 422);
    const last = await fetch(`${at}?per_page=100&page=3`, { headers });
    assert.equal((await last.json()).length, 5);
    assert.match((await fetch(`${at}?per_page=100`, { headers })).headers.get("link"), /page=2>; rel="next"/);
  } finally {
    await github.close();
  }
});

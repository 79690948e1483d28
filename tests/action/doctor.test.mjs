// What the doctor says of a token that writes secrets, asked of GitHub's own description.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env as environment } from "node:process";
import { test } from "node:test";

import { startPrism } from "./github/prism.mjs";
import { serveSecrets } from "./github/secrets.mjs";
import { startGitHub } from "./github/server.mjs";
import { run } from "./support/act.mjs";
import { startSandbox } from "./support/sandbox.mjs";

const MANIFEST = `version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[key.chat-web]
description = "Chat web front end"
deliver = [{ to = "github-secret", repository = "acme/chat", name = "AI_KEY" }]
`;
// The public half of a pair that nobody opens here.
const PAIR = { key_id: "1", key: "2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJyvvcCU=" };

/** Whose the token is, what it may do with secrets, and what the doctor says of it. */
const TOKENS = {
  "a classic token with the scope repo could do less": {
    token: "ghp_classic", person: { login: "octocat", scopes: "repo, workflow" }, secrets: "write", code: 0,
    says: /warning +github token: +of octocat, with the scopes repo, workflow/,
  },
  "a classic token without it cannot write secrets": {
    token: "ghp_classic", person: { login: "octocat", scopes: "gist" }, secrets: "none", code: 6,
    says: /problem +github token: +of octocat, with the scopes gist: it cannot write secrets/,
  },
  "a fine-grained token is for chosen repositories": {
    token: "github_pat_fine-grained", person: { login: "octocat" }, secrets: "write", code: 0,
    says: /ok +github token: +of octocat, for chosen repositories/,
  },
  "an installation's token has no user, and its rights show": {
    token: "ghs_installation", person: null, secrets: "write", code: 0, says: /ok +github token: +.*acme\/chat/,
  },
  "an installation's token without the permission is told which": {
    token: "ghs_installation", person: null, secrets: "none", code: 6, says: /problem +github token: +.*acme\/chat/,
  },
};

for (const version of ["api.github.com", "ghes-3.18", "ghes-3.19"]) {
  test(`the doctor tells what a token may, by the description of ${version}`, async (t) => {
    const github = await startGitHub();
    serveSecrets(github, { "repos/acme/chat": PAIR });
    const [prism, aws] = await Promise.all([startPrism(github, version), startSandbox(MANIFEST)]);
    const folder = mkdtempSync(join(tmpdir(), "ai-keys-doctor-"));
    writeFileSync(join(folder, "keys.toml"), MANIFEST);
    t.after(async () => {
      rmSync(folder, { recursive: true, force: true });
      await Promise.all([prism.close(), github.close(), aws.close()]);
    });
    for (const [what, { token, person, secrets, code, says }] of Object.entries(TOKENS)) {
      Object.assign(github, { person });
      github.permissions.secrets = secrets;
      github.journal.length = 0;
      const { out, err, code: ended } = await run(environment.AI_KEYS_RUNNER, ["doctor"], {
        cwd: folder,
        env: {
          PATH: environment.PATH, HOME: folder, NO_COLOR: "1",
          AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "nobody-checks-it",
          AWS_ENDPOINT_URL: aws.url, AWS_EC2_METADATA_DISABLED: "true",
          GITHUB_API_URL: prism.url, AI_KEYS_GITHUB_TOKEN: token,
        },
      });
      assert.match(out, says, `${what}:\n${out}${err}`);
      assert.equal(ended, code, `${what}:\n${out}${err}`);
      assert.deepEqual(github.writes, [], "the doctor writes nothing");
    }
    assert.deepEqual(prism.violations, []);
  });
}

// Values on their way to GitHub's secrets: through GitHub's own description, into boxes that libsodium opens.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env as environment } from "node:process";
import { after, test } from "node:test";

import { startPrism } from "./github/prism.mjs";
import { serveSecrets } from "./github/secrets.mjs";
import { startGitHub } from "./github/server.mjs";
import { MaskOracle } from "./oracle/masks.mjs";
import { run } from "./support/act.mjs";
import { startLibsodium } from "./support/libsodium.mjs";
import { startSandbox } from "./support/sandbox.mjs";

const masks = new MaskOracle();
after(() => console.log(masks.report));

const TOKEN = "github_pat_of-somebody-who-may-write-secrets";
const HOLDERS = ["repos/acme/chat", "repos/acme/chat/environments/prod%20eu", "orgs/acme"];

/** The address that new values are tried at lets every one through, so that none waits 15 seconds. */
const manifest = (probe) => `version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
probe = "${probe}"

[key.chat-web]
description = "Chat web front end"
deliver = [
  { to = "github-secret", repository = "acme/chat", name = "AI_KEY" },
  { to = "github-secret", repository = "acme/chat", environment = "prod eu", name = "AI_KEY" },
  { to = "github-secret", organization = "acme", name = "AI_KEY" },
]
`;

/** Starts all that a delivery meets. Nothing where there is no libsodium. */
async function start(version = "api.github.com") {
  const libsodium = await startLibsodium();
  if (!libsodium) return undefined;
  const pairs = {};
  for (const holder of HOLDERS) pairs[holder] = { key_id: `key of ${holder}`, key: await libsodium.pair() };
  const github = await startGitHub({ permissions: { secrets: "write" } });
  const secrets = serveSecrets(github, pairs);
  const prism = await startPrism(github, version);
  const lets = createServer((_request, response) => response.end());
  await new Promise((resolve) => lets.listen(0, "127.0.0.1", resolve));
  const text = manifest(`http://127.0.0.1:${lets.address().port}/health`);
  const aws = await startSandbox(text);
  const folder = mkdtempSync(join(tmpdir(), "ai-keys-secrets-"));
  writeFileSync(join(folder, "keys.toml"), text);

  /** Runs the command as a job does, and looks for values in all that it printed and sent. */
  const command = async (...words) => {
    github.journal.length = 0;
    const ran = await run(environment.AI_KEYS_RUNNER, words, {
      cwd: folder,
      env: {
        PATH: environment.PATH, HOME: folder,
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "nobody-checks-it",
        AWS_ENDPOINT_URL: aws.url, AWS_EC2_METADATA_DISABLED: "true",
        GITHUB_API_URL: prism.url, AI_KEYS_GITHUB_TOKEN: TOKEN,
      },
    });
    const values = (await aws.keys()).map(({ value }) => value);
    masks.examine({ printed: ran.out + ran.err, "requests to GitHub": github.journal.map(({ text: body }) => body).join("\n") }, values);
    assert.deepEqual(prism.violations, []);
    return ran;
  };

  /** Returns what libsodium finds in the box of each holder. */
  const opened = async () => {
    const found = {};
    for (const [holder, held] of secrets) {
      const secret = held.get("AI_KEY");
      found[holder] = secret && (await libsodium.open(pairs[holder].key, secret.box));
    }
    return found;
  };

  const close = async () => {
    rmSync(folder, { recursive: true, force: true });
    libsodium.close();
    lets.close();
    await Promise.all([prism.close(), github.close(), aws.close()]);
  };
  return { aws, github, secrets, command, opened, close };
}

const everywhere = (value) => Object.fromEntries(HOLDERS.map((holder) => [holder, value]));

for (const version of ["api.github.com", "ghes-3.18", "ghes-3.19"]) {
  test(`a value arrives in each kind of place of ${version}, and libsodium opens the box`, async (t) => {
    const it = await start(version);
    if (!it) return t.skip("no libsodium (AI_KEYS_LIBSODIUM_PYTHON is not set)");
    try {
      const made = await it.command("apply", "--yes");
      assert.equal(made.code, 0, made.err);
      const [first] = await it.aws.keys();
      assert.deepEqual(await it.opened(), everywhere(first.value));
      assert.ok(it.github.journal.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));

      const again = await it.command("apply", "--yes");
      assert.match(again.out, /no changes/, again.out + again.err);
      assert.deepEqual(it.github.writes, []);
    } finally {
      await it.close();
    }
  });
}

test("a new value takes the place of the old one, and an organisation's secret keeps its repositories", async (t) => {
  const it = await start();
  if (!it) return t.skip("no libsodium (AI_KEYS_LIBSODIUM_PYTHON is not set)");
  try {
    assert.equal((await it.command("apply", "--yes")).code, 0);
    const [first] = await it.aws.keys();
    const ofOrganization = it.secrets.get("orgs/acme").get("AI_KEY");
    assert.equal(ofOrganization.visibility, "private");
    // Somebody chooses the repositories that have it.
    Object.assign(ofOrganization, { visibility: "selected", repositories: [11, 12] });

    const rotated = await it.command("rotate", "chat-web", "--yes");
    assert.equal(rotated.code, 0, rotated.err);
    const [second] = (await it.aws.keys()).filter(({ value }) => value !== first.value);
    assert.deepEqual(await it.opened(), everywhere(second.value));
    const kept = it.secrets.get("orgs/acme").get("AI_KEY");
    assert.deepEqual([kept.visibility, kept.repositories], ["selected", [11, 12]]);
  } finally {
    await it.close();
  }
});

test("a token that may not write secrets is told which permission is missing, and the key is kept", async (t) => {
  const it = await start();
  if (!it) return t.skip("no libsodium (AI_KEYS_LIBSODIUM_PYTHON is not set)");
  try {
    it.github.permissions.secrets = "none";
    const ran = await it.command("apply", "--yes");
    assert.match(ran.err, /it takes one of a GitHub App or a fine-grained personal access token, with write access to Secrets/, ran.err);
    assert.equal((await it.aws.keys()).length, 1);
    assert.deepEqual(await it.opened(), everywhere(undefined));
    it.github.permissions.secrets = "write";
    const mended = await it.command("apply", "--yes");
    assert.equal(mended.code, 0, mended.err);
    const [key] = await it.aws.keys();
    assert.deepEqual(await it.opened(), everywhere(key.value));
  } finally {
    await it.close();
  }
});

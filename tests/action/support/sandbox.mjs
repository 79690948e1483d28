// `ai-keys sandbox`: the AWS of most tests.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env as environment } from "node:process";

import { run } from "./act.mjs";

const RUNNER = environment.AI_KEYS_RUNNER ?? "";

/**
 * A sandbox on a port, with the REST APIs that a manifest names. With `appliedOn`, the manifest was applied on that day,
 * and what it asks for is as old.
 */
export async function startSandbox(manifest, appliedOn) {
  const folder = mkdtempSync(join(tmpdir(), "ai-keys-aws-"));
  const state = join(folder, "state");
  writeFileSync(join(folder, "keys.toml"), manifest);
  const command = (...words) =>
    run(RUNNER, [...words, `--sandbox=${state}`, join(folder, "keys.toml")], { env: { PATH: environment.PATH, HOME: folder } });
  const must = async (...words) => {
    const { code, out, err } = await command(...words);
    if (code !== 0) throw new Error(`the sandbox cannot be furnished: ${out}${err}`);
  };
  if (appliedOn) {
    await must("apply", "--yes", "--quiet", "--today", appliedOn);
    // The command's day is in the markers; a sandbox knows the real time only, so what it made is dated back.
    const file = join(state, "state.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"created_ms":\d+/g, `"created_ms":${Date.parse(appliedOn)}`));
  }
  const child = spawn(RUNNER, ["sandbox", "--no-limits", state], { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk).trim()));
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  await must("plan", "--quiet").catch((error) => {
    child.kill();
    throw error;
  });
  return {
    url,
    command,
    /** Every key with its value. */
    keys: async () => (await (await fetch(`${url}/apikeys?includeValues=true&limit=500`, { headers: signed("apigateway") })).json()).item ?? [],
    /** Makes a key as somebody would at the console: it is not ours. */
    create: async (key) => {
      const made = await fetch(`${url}/apikeys`, { method: "POST", headers: signed("apigateway"), body: JSON.stringify(key) });
      if (made.status !== 201) throw new Error(`the key was not made: ${await made.text()}`);
    },
    /** The value that Secrets Manager holds. */
    secret: async (name) => {
      const headers = { ...signed("secretsmanager"), "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue" };
      return (await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ SecretId: name }) })).json()).SecretString;
    },
    /** Sets which calls go wrong, and how. */
    fail: async (rules) => {
      const set = await fetch(`${url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(rules) });
      if (set.status !== 200) throw new Error(`the faults were not taken: ${await set.text()}`);
    },
    /** Changes a key behind everybody's back. */
    patch: (id, operations) =>
      fetch(`${url}/apikeys/${id}`, { method: "PATCH", headers: signed("apigateway"), body: JSON.stringify({ patchOperations: operations }) }),
    close: async () => {
      await new Promise((resolve) => (child.once("exit", resolve), child.kill("SIGINT")));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const signed = (service) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

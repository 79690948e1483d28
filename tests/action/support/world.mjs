// An AWS and a GitHub for one test, both on 127.0.0.1.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env as environment, kill } from "node:process";
import { fileURLToPath } from "node:url";

import { startPrism } from "../github/prism.mjs";
import { startGitHub } from "../github/server.mjs";
import { Repository, masks, run } from "./act.mjs";

const RUNNER = environment.AI_KEYS_RUNNER ?? "";
const UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a";
const WORKFLOW = "acme/keys/.github/workflows/keys.yml@refs/heads/main";

/** A sandbox on a port, with the REST APIs that a manifest names. */
export async function startSandbox(manifest) {
  const folder = mkdtempSync(join(tmpdir(), "ai-keys-aws-"));
  const state = join(folder, "state");
  const child = spawn(RUNNER, ["sandbox", "--no-limits", state], { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk).trim()));
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  writeFileSync(join(folder, "keys.toml"), manifest);
  const command = (...words) =>
    run(RUNNER, [...words, `--sandbox=${state}`, join(folder, "keys.toml")], { env: { PATH: environment.PATH, HOME: folder } });
  const made = await command("plan", "--quiet");
  if (made.code !== 0) throw new Error(`the sandbox cannot be furnished: ${made.err}`);
  return {
    url,
    command,
    /** Every key with its value. */
    keys: async () => (await (await fetch(`${url}/apikeys?includeValues=true&limit=500`, { headers: { authorization: AUTHORIZATION } })).json()).item ?? [],
    /** Sets which calls go wrong, and how. */
    fail: async (rules) => {
      const set = await fetch(`${url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(rules) });
      if (set.status !== 200) throw new Error(`the faults were not taken: ${await set.text()}`);
    },
    /** Changes a key behind everybody's back. */
    patch: (id, operations) =>
      fetch(`${url}/apikeys/${id}`, { method: "PATCH", headers: { authorization: AUTHORIZATION }, body: JSON.stringify({ patchOperations: operations }) }),
    close: async () => {
      await new Promise((resolve) => (child.once("exit", resolve), child.kill("SIGINT")));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=0";

/** One GitHub for each version: Prism takes seconds to start. */
const servers = new Map();

async function githubOf(version = "api.github.com") {
  const found = servers.get(version);
  if (found) return found;
  const github = await startGitHub();
  const started = { github, prism: await startPrism(github, version) };
  servers.set(version, started);
  return started;
}

/** Ends what was started. */
export async function closeServers() {
  for (const { github, prism } of servers.values()) await Promise.all([prism.close(), github.close()]);
}

/** A repository with its GitHub and its AWS. */
export class World {
  static async start({ manifest, files = {}, version, github = {} }) {
    const world = new World();
    world.aws = await startSandbox(manifest);
    Object.assign(world, await githubOf(version));
    world.github.reset(github);
    world.prism.violations.length = 0;
    world.repository = new Repository({ "keys.toml": manifest, ...files });
    world.runs = 500;
    return world;
  }

  /** Runs a workflow; artifacts go to our GitHub, and every value that AWS holds is looked for everywhere. */
  async act({ event, payload, workflow, head, commit, variables = {}, apiPrefix = "", ...rest }) {
    this.runs += 1;
    const sha = commit ?? (await this.repository.commit(event));
    this.github.addRun({ id: this.runs, head: head ?? sha, event });
    const outcome = await this.repository.act({
      event,
      payload,
      workflow,
      github: `${this.prism.url}${apiPrefix}`,
      uses: { [UPLOAD]: fileURLToPath(new URL("../stubs/upload-artifact", import.meta.url)) },
      variables: {
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI-not-a-key",
        AWS_ENDPOINT_URL: this.aws.url,
        AWS_EC2_METADATA_DISABLED: "true",
        GITHUB_RUN_ID: String(this.runs),
        GITHUB_WORKFLOW_REF: WORKFLOW,
        TEST_GITHUB_URL: this.github.url,
        ...variables,
      },
      ...rest,
    });
    const values = (await this.aws.keys()).map(({ value }) => value).filter(Boolean);
    const bodies = this.github.journal.map(({ text }) => text).join("\n");
    masks.examine({ transcript: outcome.all, "requests to GitHub": bodies, artifacts: JSON.stringify(this.github.artifacts.map(({ files }) => files)) }, values);
    return outcome;
  }

  /** Kills the native runners that work on this AWS, as a machine that is lost does, and returns how many. */
  killRunners() {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const ours = pids.filter((pid) => {
      const words = partOf(pid, "cmdline");
      return words[1] === "action" && partOf(pid, "environ").includes(`AWS_ENDPOINT_URL=${this.aws.url}`);
    });
    for (const pid of ours) kill(Number(pid), "SIGKILL");
    return ours.length;
  }

  async close() {
    this.repository?.remove();
    await this.aws?.close();
  }
}

/** Reads a list that Linux keeps of a process; nothing of one that is gone, or somebody else's. */
function partOf(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

// An AWS and a GitHub for one test, both on 127.0.0.1.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { kill } from "node:process";
import { fileURLToPath } from "node:url";

import { startPrism } from "../github/prism.mjs";
import { startGitHub } from "../github/server.mjs";
import { MaskOracle } from "../oracle/masks.mjs";
import { Repository } from "./act.mjs";
import { ROLES, startGateway } from "./gateway.mjs";
import { startIssuer, subjectOf } from "./oidc.mjs";
import { startSandbox } from "./sandbox.mjs";

/** What a machine with an instance role has. */
const INSTANCE = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI-not-a-key" };
const WORKFLOW = "acme/keys/.github/workflows/keys.yml@refs/heads/main";

/** One GitHub for each version: Prism takes seconds to start. */
const servers = new Map();
/** One for each test file. */
const masks = new MaskOracle();

async function githubOf(version = "api.github.com") {
  const found = servers.get(version);
  if (found) return found;
  const github = await startGitHub();
  const started = { github, prism: await startPrism(github, version) };
  servers.set(version, started);
  return started;
}

/** Ends what was started, and says how much the oracle has looked at. */
export async function closeServers() {
  for (const { github, prism } of servers.values()) await Promise.all([prism.close(), github.close()]);
  console.log(masks.report);
}

/** The step that is added to each job, so that it can be seen what the job's later steps see. */
const LOOK = '      - if: always()\n        uses: org/look@v1\n        with:\n          steps: ${{ toJSON(steps) }}\n';
const stub = (name) => fileURLToPath(new URL(`../stubs/${name}`, import.meta.url));
/** Actions of others, and what stands for them. */
const STUBS = {
  "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a": stub("upload-artifact"),
  "github/codeql-action@5d4e8d1aca955e8d8589aabd499c5cae939e33c7": stub("codeql-action"),
  "org/look@v1": stub("look"),
};

/** A repository with its GitHub and its AWS. */
export class World {
  /**
   * Tells a story in a world of its own. Whatever the Action sent to GitHub was within GitHub's description, unless
   * the story breaks GitHub on purpose (`isGitHubBroken`).
   */
  static async use({ isGitHubBroken = false, ...options }, story) {
    const world = new World();
    try {
      await world.#start(options);
      await story(world);
      if (!isGitHubBroken) assert.deepEqual(world.prism.violations, []);
    } finally {
      await world.#close();
    }
  }

  async #start({ manifest, files = {}, version, github = {}, aws, appliedOn }) {
    this.aws = aws ?? (await startSandbox(manifest, appliedOn));
    this.gateway = await startGateway(this.aws.url);
    this.issuer = await startIssuer();
    Object.assign(this, await githubOf(version));
    this.github.reset(github);
    this.prism.violations.length = 0;
    this.repository = new Repository({ "keys.toml": manifest, ...files });
    this.runs = 500;
    /** What the steps after the last run's Action could see. */
    this.left = [];
  }

  /**
   * Runs a workflow as GitHub would: with a token of the job only where it is granted, with the repository's variables,
   * with artifacts that are kept. Then every key value that was ever seen is looked for in all that the run has left.
   */
  async act({ event, payload, workflow, head, commit, variables = {}, apiPrefix = "", ...rest }) {
    this.runs += 1;
    const sha = commit ?? (await this.repository.commit(event));
    this.github.addRun({ id: this.runs, head: head ?? sha, event });
    this.issuer.subject = subjectOf(event, payload);
    const outcome = await this.repository.act({
      event,
      payload,
      workflow: workflow + LOOK,
      github: `${this.prism.url}${apiPrefix}`,
      uses: STUBS,
      vars: { KEYS_PLAN_ROLE: ROLES.plan.arn, KEYS_APPLY_ROLE: ROLES.apply.arn },
      variables: {
        ...(workflow.includes("id-token: write") ? this.issuer.variables : INSTANCE),
        AWS_ENDPOINT_URL: this.gateway.url,
        AWS_EC2_METADATA_DISABLED: "true",
        GITHUB_RUN_ID: String(this.runs),
        GITHUB_WORKFLOW_REF: WORKFLOW,
        TEST_GITHUB_URL: this.github.url,
        ...variables,
      },
      ...rest,
    });
    await this.#search(outcome, workflow);
    return outcome;
  }

  /** Looks for values, in what GitHub has got and in what the job's own later steps see. */
  async #search(outcome, workflow) {
    this.left = this.github.left.splice(0);
    assert.ok(this.left.length > 0, `no later step has looked around\n${outcome.all.slice(-3000)}`);
    for (const { env } of this.left) {
      if (!workflow.includes("aws-role:")) continue;
      const found = Object.keys(env).filter((name) => /^AWS_(ACCESS|SECRET|SESSION)/.test(name));
      assert.deepEqual(found, [], "the role's credentials are in the job's environment");
    }
    for (const { value } of await this.aws.keys()) if (value) this.gateway.values.add(value);
    const artifacts = this.github.artifacts.map(({ files }) => files);
    const texts = {
      transcript: outcome.all,
      "requests to GitHub": this.github.journal.map(({ text }) => text).join("\n"),
      artifacts: JSON.stringify(artifacts),
      "a later step's environment": JSON.stringify(this.left.map(({ env }) => env)),
      "the outputs": JSON.stringify(this.left.map(({ steps }) => steps)),
      "RUNNER_TEMP": this.left.flatMap(({ files }) => Object.values(files)).join("\n"),
    };
    masks.examine(texts, this.gateway.values);
  }

  /** Kills the native runners that work on this AWS, as a machine that is lost does, and returns how many. */
  killRunners() {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const ours = pids.filter((pid) => {
      const words = partOf(pid, "cmdline");
      return words[1] === "action" && partOf(pid, "environ").includes(`AWS_ENDPOINT_URL=${this.gateway.url}`);
    });
    for (const pid of ours) kill(Number(pid), "SIGKILL");
    return ours.length;
  }

  async #close() {
    this.repository?.remove();
    await Promise.all([this.gateway?.close(), this.issuer?.close()]);
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

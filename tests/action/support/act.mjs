// Runs a consumer's workflow with act: `uses: org/ai-keys-action@v1`, from what `git archive` makes.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { env as environment, execPath } from "node:process";

import { commandsOf, judge } from "../oracle/commands.mjs";

/** The Action as a runner downloads it, with today's native runner in it. */
export const ACTION = required("AI_KEYS_ACTION");
const ACT = required("AI_KEYS_ACT");

function required(name) {
  const value = environment[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask action\``);
  return value;
}

/** A repository that uses the Action, in a folder of its own. */
export class Repository {
  constructor(files) {
    this.folder = mkdtempSync(join(tmpdir(), "ai-keys-action-"));
    this.workspace = join(this.folder, "keys");
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.commits = 0;
  }

  write(name, text) {
    const path = join(this.workspace, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Commits everything, as what act checks out, and returns the commit. */
  async commit(message = "change") {
    const git = (...words) => run("git", words, { cwd: this.workspace, env: { ...GIT, PATH: environment.PATH } });
    if (!existsSync(join(this.workspace, ".git"))) {
      await git("init", "--quiet", "--initial-branch", "main");
      await git("remote", "add", "origin", "https://github.com/acme/keys.git");
    }
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "--message", message);
    return (await git("rev-parse", "HEAD")).out.trim();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Runs a workflow on an event. Every transcript goes before an oracle: what would GitHub's runner do with it?
   * `variables` are of the environment, `vars` those that the repository's settings hold.
   */
  async act({ event, payload, workflow, github = "http://127.0.0.1:9", variables = {}, vars = {}, job, actor, uses = {}, action = ACTION, token = "test-token" }) {
    const at = (name) => join(this.folder, name);
    writeFileSync(at("event.json"), JSON.stringify(payload));
    // act 0.2.89 refuses `queue`, which GitHub has since 2026-05; it knows nothing of concurrency anyway.
    writeFileSync(at("workflow.yml"), workflow.replace(/^ +queue: max\n/gm, ""));
    const locals = { "org/ai-keys-action@v1": action, ...uses };
    const words = [
      event,
      ...["--workflows", at("workflow.yml"), "--eventpath", at("event.json")],
      ...["--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server", "--defaultbranch", "main"],
      ...["--secret", `GITHUB_TOKEN=${token}`, "--env", `GITHUB_API_URL=${github}`],
      ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
      ...Object.entries(locals).flatMap(([name, folder]) => ["--local-repository", `${name}=${folder}`]),
      ...(job ? ["--job", job] : []),
      ...(actor ? ["--actor", actor] : []),
      "--json",
    ];
    const home = at("home");
    mkdirSync(home, { recursive: true });
    const started = performance.now();
    const { code, out, err } = await run(ACT, words, {
      cwd: this.workspace,
      env: { HOME: home, XDG_CACHE_HOME: at("cache"), PATH: [dirname(execPath), environment.PATH].join(delimiter), ...GIT },
    });
    const took = performance.now() - started;
    return new Outcome({ code, out, err, took });
  }
}

const GIT = {
  GIT_AUTHOR_NAME: "Octo Cat", GIT_AUTHOR_EMAIL: "octocat@example.com",
  GIT_COMMITTER_NAME: "Octo Cat", GIT_COMMITTER_EMAIL: "octocat@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null",
};

/** What a workflow run has left. */
class Outcome {
  constructor({ code, out, err, took }) {
    this.code = code;
    this.took = took;
    this.records = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    /** What the steps printed, commands as they were written. */
    this.log = this.records
      .map((record) => (typeof record.raw === "string" ? record.raw : record.raw_output ? record.msg : ""))
      .join("");
    this.all = out + err;
    this.annotations = judge(this.log);
    this.commands = commandsOf(this.log);
  }

  /** The outputs of a step, as act read them. */
  get outputs() {
    const found = this.records.filter((record) => record.command === "set-output" || record.msg?.includes("::set-output"));
    return Object.fromEntries(found.map((record) => [record.name ?? record.kvPairs?.name, record.arg]));
  }

  /** The job summary. */
  get summary() {
    return this.records.filter(({ command }) => command === "summary").map(({ content }) => content).join("\n");
  }

  /** How long the Action's step took, in milliseconds. */
  get stepMs() {
    const step = this.records.find(({ executionTime, step, stage }) => executionTime && stage === "Main" && step?.startsWith("org/ai-keys-action"));
    return step === undefined ? Number.NaN : step.executionTime / 1e6;
  }

  /** Throws with the transcript if the run did not end so. */
  ended(code) {
    if ((this.code === 0) !== (code === 0)) {
      throw new Error(`the workflow ended with ${this.code}:\n${this.records.map((record) => record.msg).join("\n")}\n${this.all.slice(-2000)}`);
    }
    return this;
  }
}

/** Starts a program without a shell. */
export function run(program, words, options = {}) {
  return new Promise((resolve) => {
    const child = execFile(program, words, { maxBuffer: 1 << 28, ...options }, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === "number" ? error.code : 255) : 0, out, err });
    });
    child.stdin?.end();
  });
}

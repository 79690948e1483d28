// A GitHub in memory, on 127.0.0.1: as much of it as the Action talks to, with the rules that its
// OpenAPI description does not tell.

import { createServer } from "node:http";

import { shapes } from "./shapes.mjs";
import { zip } from "./zip.mjs";

/** GitHub counts characters, not bytes, and its description does not say so. */
const LONGEST_BODY = 65_536;

/** Starts a GitHub with one repository. */
export async function startGitHub(options = {}) {
  const github = new GitHub(options);
  const server = createServer((request, response) => void github.answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  github.url = `http://127.0.0.1:${server.address().port}`;
  github.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return github;
}

class GitHub {
  #nextId = 1_000;

  constructor(options) {
    this.shapes = shapes(this);
    /** Routes that a test adds: method, pattern, permission, handler. */
    this.moreRoutes = [];
    this.reset(options);
  }

  /** Forgets everything. */
  reset({ repository = "acme/keys", user = "github-actions[bot]", permissions = {} } = {}) {
    this.repository = repository;
    this.user = { login: user, id: 41_898_282, type: "Bot" };
    /** Whose the token is, `{ login, scopes }`; `null` for that of an installation, such as the job's own. */
    this.person = null;
    this.permissions = { comments: "write", issues: "write", actions: "read", ...permissions };
    /** Every request: method, path, status, body. */
    this.journal = [];
    /** Answers that are given instead: `{ method, path: RegExp, status, headers, body, times }`. */
    this.faults = [];
    this.comments = [];
    this.issues = [];
    this.artifacts = [];
    /** What later steps of the jobs could see, and the reports of code scanning. */
    this.left = [];
    this.sarif = [];
    this.runs = [];
    this.pulls = new Map();
    /** Pull requests by commit, and the messages of commits. */
    this.byCommit = new Map();
    this.messages = new Map();
  }

  id() {
    return (this.#nextId += 1);
  }

  /** Adds a pull request; its head and merge commits lead to it. */
  addPull({ number, head, merged = null, base = "main" }) {
    const pull = { number, head, merged, base };
    this.pulls.set(number, pull);
    for (const commit of [head, merged]) if (commit) this.byCommit.set(commit, [pull]);
    return pull;
  }

  addComment({ issue = 7, body, user = this.user }) {
    const comment = { id: this.id(), issue, body, user, edits: [] };
    this.comments.push(comment);
    return comment;
  }

  /** Keeps files as `actions/upload-artifact` does, under a run. */
  addArtifact({ name, files, run, archive = zip(files) }) {
    // A name is given once in a run: what is uploaded again replaces.
    this.artifacts = this.artifacts.filter((other) => other.run !== run || other.name !== name);
    const artifact = { id: this.id(), name, files, archive, run };
    this.artifacts.push(artifact);
    return artifact;
  }

  addRun({ id, head, event = "pull_request", path = ".github/workflows/keys.yml", conclusion = "success", repository }) {
    const run = { id, head, event, path, conclusion, repository: repository ?? this.repository };
    this.runs.push(run);
    return run;
  }

  /** Requests that change something. */
  get writes() {
    return this.journal.filter(({ method }) => method !== "GET");
  }

  async answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", "http://github");
    // GitHub Enterprise Server serves the same below a prefix.
    const path = url.pathname.replace(/^\/api\/v3/, "");
    const entry = { method: request.method ?? "", path, query: url.search, text, status: 0, headers: request.headers };
    this.journal.push(entry);
    const answer = this.#fault(entry) ?? this.#decide(request, path, url.searchParams, text);
    entry.status = answer.status;
    const isBytes = Buffer.isBuffer(answer.body);
    const body = isBytes ? answer.body : answer.body === undefined ? "" : JSON.stringify(answer.body);
    const type = isBytes ? "application/zip" : "application/json; charset=utf-8";
    if (answer.status === 0) return void response.destroy();
    response.writeHead(answer.status, { ...(body === "" ? {} : { "content-type": type }), ...answer.headers });
    response.end(body);
  }

  #fault(entry) {
    const fault = this.faults.find(
      ({ method, path, times = 1 }) => times > 0 && (!method || method === entry.method) && path.test(entry.path),
    );
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    return { headers: {}, body: { message: "on purpose", documentation_url: "https://docs.github.com/rest" }, ...fault };
  }

  #decide(request, path, query, text) {
    const hand = { "/_test/artifacts": (given) => this.addArtifact(given), "/_test/left": (given) => this.left.push(given), "/_test/sarif": (given) => this.sarif.push(given) }[path];
    if (hand) {
      hand(JSON.parse(text));
      return { status: 201, body: {} };
    }
    // Another host in truth, where the address itself is the permission: the token must not go there.
    const stored = /^\/_storage\/(?<id>\d+)$/.exec(path);
    if (stored) {
      const hasToken = request.headers.authorization !== undefined;
      return hasToken ? failed(400, "the token was sent to another host") : this.#archive(stored.groups);
    }
    if (!/^(Bearer|token) \S+/i.test(request.headers.authorization ?? "")) {
      return failed(401, "Requires authentication");
    }
    let body = {};
    try {
      if (text !== "") body = JSON.parse(text);
    } catch {
      return failed(400, "Problems parsing JSON");
    }
    for (const [method, pattern, needs, handle] of this.#routes()) {
      const found = request.method === method && pattern.exec(path);
      if (!found) continue;
      if (needs && !this.#may(needs, method)) return failed(403, "Resource not accessible by integration");
      return handle.call(this, found.groups ?? {}, query, body);
    }
    return failed(404, "Not Found");
  }

  #may(needs, method) {
    const granted = this.permissions[needs];
    return granted === "write" || (granted === "read" && method === "GET");
  }

  #routes() {
    const repo = `/repos/${this.repository.replace("/", "\\/")}`;
    const at = (rest) => new RegExp(`^${repo}${rest}$`);
    return [
      // The job's own token is of no user.
      ["POST", /^\/(api\/)?graphql$/, null, () => failed(404, "Not Found")],
      ["GET", /^\/user$/, null, this.#whose],
      ["GET", at("/issues/(?<issue>\\d+)/comments"), null, this.#listComments],
      ["POST", at("/issues/(?<issue>\\d+)/comments"), "comments", this.#createComment],
      ["GET", at("/issues/comments/(?<id>\\d+)"), null, this.#getComment],
      ["PATCH", at("/issues/comments/(?<id>\\d+)"), "comments", this.#updateComment],
      ["DELETE", at("/issues/comments/(?<id>\\d+)"), "comments", this.#deleteComment],
      ["GET", at("/issues"), null, this.#listIssues],
      ["POST", at("/issues"), "issues", this.#createIssue],
      ["PATCH", at("/issues/(?<number>\\d+)"), "issues", this.#updateIssue],
      ["GET", at("/pulls"), null, this.#listPulls],
      ["GET", at("/pulls/(?<number>\\d+)"), null, this.#getPull],
      ["GET", at("/commits/(?<sha>[0-9a-f]+)/pulls"), null, this.#pullsOfCommit],
      ["GET", at("/commits"), null, this.#listCommits],
      ["GET", at("/git/commits/(?<sha>[0-9a-f]+)"), null, this.#getCommit],
      ["GET", at("/actions/artifacts"), "actions", this.#listArtifacts],
      ["GET", at("/actions/runs/(?<run>\\d+)/artifacts"), "actions", this.#listArtifacts],
      ["GET", at("/actions/artifacts/(?<id>\\d+)/zip"), "actions", this.#redirectToArchive],
      ["GET", at("/actions/runs"), "actions", this.#listRuns],
      ["GET", at("/actions/runs/(?<id>\\d+)"), "actions", this.#getRun],
      ...this.moreRoutes,
    ];
  }

  /** Says whose the token is; a classic one has its scopes told, others have none. */
  #whose() {
    if (!this.person) return failed(403, "Resource not accessible by integration");
    const { login, scopes } = this.person;
    return { status: 200, headers: scopes === undefined ? {} : { "x-oauth-scopes": scopes }, body: this.shapes.person(login) };
  }

  #listComments({ issue }, query) {
    const all = this.comments.filter((comment) => comment.issue === Number(issue));
    return this.#page(all.map(this.shapes.comment), query, `/repos/${this.repository}/issues/${issue}/comments`);
  }

  #createComment({ issue }, _query, { body }) {
    const refused = refusedBody(body);
    if (refused) return refused;
    if (!this.pulls.has(Number(issue))) return failed(404, "Not Found");
    return { status: 201, body: this.shapes.comment(this.addComment({ issue: Number(issue), body })) };
  }

  #getComment({ id }) {
    const found = this.comments.find((comment) => comment.id === Number(id));
    return found ? { status: 200, body: this.shapes.comment(found) } : failed(404, "Not Found");
  }

  #updateComment({ id }, _query, { body }) {
    const found = this.comments.find((comment) => comment.id === Number(id));
    if (!found) return failed(404, "Not Found");
    const refused = refusedBody(body);
    if (refused) return refused;
    found.edits.push(found.body);
    found.body = body;
    return { status: 200, body: this.shapes.comment(found) };
  }

  #deleteComment({ id }) {
    const at = this.comments.findIndex((comment) => comment.id === Number(id));
    if (at < 0) return failed(404, "Not Found");
    this.comments.splice(at, 1);
    return { status: 204 };
  }

  #listIssues(_groups, query) {
    const state = query.get("state") ?? "open";
    const creator = query.get("creator");
    const labels = (query.get("labels") ?? "").split(",").filter((label) => label !== "");
    const kept = this.issues.filter(
      (issue) =>
        (state === "all" || issue.state === state) &&
        (!creator || issue.user.login === creator) &&
        labels.every((label) => issue.labels.includes(label)),
    );
    return this.#page([...kept].reverse().map(this.shapes.issue), query, `/repos/${this.repository}/issues`);
  }

  #createIssue(_groups, _query, { title, body = "", labels = [] }) {
    if (typeof title !== "string" || title === "") return failed(422, "Validation Failed");
    const refused = refusedBody(body);
    if (refused) return refused;
    const issue = { id: this.id(), number: 100 + this.issues.length, title, body, labels, state: "open", user: this.user };
    this.issues.push(issue);
    return { status: 201, body: this.shapes.issue(issue) };
  }

  #updateIssue({ number }, _query, change) {
    const found = this.issues.find((issue) => issue.number === Number(number));
    if (!found) return failed(404, "Not Found");
    Object.assign(found, change);
    return { status: 200, body: this.shapes.issue(found) };
  }

  #listPulls(_groups, query) {
    const isClosed = (pull) => pull.merged !== null;
    const kept = [...this.pulls.values()].filter((pull) => (query.get("state") === "closed") === isClosed(pull));
    return this.#page(kept.reverse().map(this.shapes.shortPull), query, `/repos/${this.repository}/pulls`);
  }

  /** Lists the last merge, which changed every file. */
  #listCommits(_groups, query) {
    const merged = [...this.pulls.values()].filter((pull) => pull.merged !== null).map((pull) => pull.merged);
    const rows = merged.slice(-1).map((sha) => this.shapes.listedCommit({ sha, message: this.messages.get(sha) ?? "Change the keys" }));
    return this.#page(rows, query, `/repos/${this.repository}/commits`);
  }

  #getCommit({ sha }) {
    return { status: 200, body: this.shapes.commit({ sha, message: this.messages.get(sha) ?? "Change the keys" }) };
  }

  #getPull({ number }) {
    const found = this.pulls.get(Number(number));
    return found ? { status: 200, body: this.shapes.pull(found) } : failed(404, "Not Found");
  }

  #pullsOfCommit({ sha }) {
    return { status: 200, body: (this.byCommit.get(sha) ?? []).map(this.shapes.shortPull) };
  }

  #listArtifacts({ run }, query) {
    const name = query.get("name");
    const all = this.artifacts.filter(
      (artifact) => (!name || artifact.name === name) && (!run || artifact.run === Number(run)),
    );
    const page = this.#page([...all].reverse(), query, `/repos/${this.repository}/actions/artifacts`);
    return { ...page, body: { total_count: all.length, artifacts: page.body.map(this.shapes.artifact) } };
  }

  #redirectToArchive({ id }) {
    const found = this.artifacts.some((artifact) => artifact.id === Number(id));
    if (!found) return failed(404, "Not Found");
    return { status: 302, headers: { location: `${this.url}/_storage/${id}?sig=signed` } };
  }

  #archive({ id }) {
    const found = this.artifacts.find((artifact) => artifact.id === Number(id));
    return found ? { status: 200, body: found.archive } : failed(404, "Not Found");
  }

  #listRuns(_groups, query) {
    const filters = { head_sha: (run) => run.head, event: (run) => run.event };
    const kept = this.runs.filter((run) =>
      Object.entries(filters).every(([name, of]) => !query.get(name) || of(run) === query.get(name)),
    );
    const page = this.#page([...kept].reverse(), query, `/repos/${this.repository}/actions/runs`);
    return { ...page, body: { total_count: kept.length, workflow_runs: page.body.map(this.shapes.run) } };
  }

  #getRun({ id }) {
    const found = this.runs.find((run) => run.id === Number(id));
    return found ? { status: 200, body: this.shapes.run(found) } : failed(404, "Not Found");
  }

  /** Cuts a list as GitHub does, and links the other pages. */
  #page(all, query, path) {
    const size = Math.min(Number(query.get("per_page") ?? 30), 100);
    const page = Number(query.get("page") ?? 1);
    const last = Math.max(1, Math.ceil(all.length / size));
    const link = (to, rel) => {
      const other = new URLSearchParams(query);
      other.set("page", String(to));
      return `<${this.linkBase ?? this.url}${path}?${other}>; rel="${rel}"`;
    };
    const links = [...(page < last ? [link(page + 1, "next"), link(last, "last")] : []), ...(page > 1 ? [link(1, "first")] : [])];
    const headers = links.length > 0 ? { link: links.join(", ") } : {};
    return { status: 200, headers, body: all.slice((page - 1) * size, page * size) };
  }
}

function failed(status, message) {
  return { status, body: { message, documentation_url: "https://docs.github.com/rest", status: String(status) } };
}

function refusedBody(body) {
  if (typeof body !== "string" || body.trim() === "") return failed(422, "Validation Failed");
  if ([...body].length <= LONGEST_BODY) return undefined;
  const errors = [{ resource: "IssueComment", code: "unprocessable", field: "data" }];
  const answer = failed(422, `Body is too long (maximum is ${LONGEST_BODY} characters)`);
  return { ...answer, body: { ...answer.body, errors } };
}

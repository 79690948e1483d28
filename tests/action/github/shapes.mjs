// GitHub's own objects, from its example events, with our values in them.

import { readFileSync } from "node:fs";

const example = (name) => JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), "utf8"));
const PULL = example("pull-request-opened").pull_request;
const COMMENTED = example("issue-comment");
const RAN = example("workflow-run").workflow_run;

const TIME = "2026-11-23T02:00:00Z";

/** Returns functions that show what the server holds as GitHub would. */
export function shapes(github) {
  const repo = () => ({ ...PULL.base.repo, full_name: github.repository, name: github.repository.split("/")[1], default_branch: "main" });
  const user = ({ login, id, type = "User" }) => ({ ...PULL.user, login, id, type });
  const person = (login) => ({
    ...user({ login, id: 583_231 }),
    name: null, company: null, blog: null, location: null, email: null, hireable: null, bio: null,
    public_repos: 8, public_gists: 0, followers: 0, following: 0, created_at: TIME, updated_at: TIME,
  });
  const at = (path) => `${github.url}/repos/${github.repository}${path}`;

  const comment = ({ id, issue, body, user: author }) => ({
    ...COMMENTED.comment,
    id,
    body,
    url: at(`/issues/comments/${id}`),
    html_url: `https://github.com/${github.repository}/pull/${issue}#issuecomment-${id}`,
    issue_url: at(`/issues/${issue}`),
    user: user(author),
    performed_via_github_app: null,
    created_at: TIME,
    updated_at: TIME,
  });

  const issue = ({ id, number, title, body, state, labels, user: author }) => ({
    ...COMMENTED.issue,
    id,
    number,
    title,
    body,
    state,
    state_reason: null,
    labels: labels.map((name) => ({ ...COMMENTED.issue.labels[0], name })),
    user: user(author),
    assignee: null,
    milestone: null,
    performed_via_github_app: null,
    created_at: TIME,
    updated_at: TIME,
  });

  const shortPull = ({ number, head, merged, base }) => ({
    ...PULL,
    number,
    state: merged ? "closed" : "open",
    merge_commit_sha: merged,
    merged_at: merged ? TIME : null,
    closed_at: merged ? TIME : null,
    head: { ...PULL.head, sha: head, ref: "change", repo: repo() },
    base: { ...PULL.base, ref: base, repo: repo() },
    url: at(`/pulls/${number}`),
  });

  const pull = (one) => ({ ...shortPull(one), merged: one.merged !== null, mergeable: true, mergeable_state: "clean" });

  const run = ({ id, head, event, path, conclusion, repository, attempt = 1 }) => ({
    ...RAN,
    id,
    head_sha: head,
    event,
    path,
    status: "completed",
    conclusion,
    run_attempt: attempt,
    display_title: "Keys",
    pull_requests: [],
    previous_attempt_url: null,
    head_repository: { ...RAN.head_repository, full_name: repository },
    repository: { ...RAN.repository, full_name: github.repository },
  });

  const artifact = ({ id, name, archive, run: runId }) => {
    const made = github.runs.find((one) => one.id === runId);
    const source = made && {
      id: made.id,
      repository_id: 1,
      head_repository_id: made.repository === github.repository ? 1 : 2,
      head_branch: "change",
      head_sha: made.head,
    };
    return {
      id,
      node_id: "MDg6QXJ0aWZhY3Q=",
      name,
      size_in_bytes: archive.length,
      url: at(`/actions/artifacts/${id}`),
      archive_download_url: at(`/actions/artifacts/${id}/zip`),
      expired: false,
      created_at: TIME,
      expires_at: "2027-02-21T02:00:00Z",
      updated_at: TIME,
      ...(source ? { workflow_run: source } : {}),
    };
  };

  const commit = ({ sha, message }) => {
    const author = { name: "Octo Cat", email: "octocat@users.noreply.github.com", date: TIME };
    return {
      sha,
      node_id: "C_kwDOA",
      url: at(`/git/commits/${sha}`),
      html_url: `https://github.com/${github.repository}/commit/${sha}`,
      author,
      committer: author,
      message,
      tree: { sha: "0".repeat(40), url: at(`/git/trees/${"0".repeat(40)}`) },
      parents: [],
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    };
  };

  const listedCommit = ({ sha, message }) => {
    const { node_id, html_url, author, committer, tree, parents } = commit({ sha, message });
    const inside = { author, committer, message, tree, comment_count: 0, url: at(`/git/commits/${sha}`) };
    const url = at(`/commits/${sha}`);
    return { sha, node_id, html_url, url, comments_url: `${url}/comments`, commit: inside, author: null, committer: null, parents };
  };

  const repository = (id) => ({ ...repo(), id });

  return { artifact, comment, commit, issue, listedCommit, person, pull, repository, run, shortPull };
}

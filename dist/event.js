// @ts-check
'use strict';

const { WrongUsage } = require('./inputs');

/**
 * @typedef {object} Event What happened, as the runner says it.
 * @property {string} name
 * @property {string} repository `owner/name`
 * @property {string} defaultBranch
 * @property {string} ref
 * @property {string} sha The commit that is checked out by default.
 * @property {string} headSha The pull request's head, or the same.
 * @property {number | null} pullRequest
 * @property {string} actor
 * @property {boolean} isFork Whether the pull request's head is in another repository.
 *
 * @typedef {object} Decision What is done.
 * @property {'live' | 'offline'} how With the account, or with the manifest and the committed snapshot alone.
 * @property {'validate' | 'plan' | 'apply' | 'drift'} command
 * @property {boolean} mayComment Whether something is shown at GitHub, if the user wants it.
 * @property {boolean} mustBeOwn Whether the manifest must be of the commit that the event runs on.
 * @property {string | null} notice Why it is less than the user may expect.
 *
 * @typedef {object} Surroundings
 * @property {boolean} hasCredentials Whether AWS credentials are at hand.
 * @property {string | null} noRunner Why the native runner cannot be used here.
 */

/** A guard of ours: exit code 5. */
class Refused extends Error {}

/**
 * Reads the event of this run.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {unknown} payload The text of `GITHUB_EVENT_PATH`, parsed.
 * @returns {Event}
 */
function readEvent(env, payload) {
  const event = record(payload);
  const repository = record(event['repository']);
  const pull = record(event['pull_request']);
  const head = record(pull['head']);
  const base = record(pull['base']);
  const sha = env['GITHUB_SHA'] ?? '';
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  return {
    name,
    repository: env['GITHUB_REPOSITORY'] ?? '',
    // A scheduled run is always of the default branch, and its event may not say more.
    defaultBranch: string(repository['default_branch']) || (name === 'schedule' ? env['GITHUB_REF_NAME'] ?? '' : ''),
    ref: env['GITHUB_REF'] ?? '',
    sha,
    headSha: string(head['sha']) || string(record(event['merge_group'])['head_sha']) || sha,
    pullRequest: pullRequestNumber(name, event, env['GITHUB_REF'] ?? ''),
    actor: env['GITHUB_ACTOR'] ?? '',
    // The head repository is null after its owner has deleted it.
    isFork: event['pull_request'] != null && record(head['repo'])['id'] !== record(base['repo'])['id'],
  };
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} event
 * @param {string} ref
 */
function pullRequestNumber(name, event, ref) {
  const isPull = name === 'pull_request' || name.startsWith('pull_request_');
  const number = isPull ? record(event['pull_request'])['number'] ?? event['number'] : undefined;
  if (typeof number === 'number') return number;
  const found = /^refs\/pull\/(\d+)\/(merge|head)$/.exec(ref);
  return found ? Number(found[1]) : null;
}

/** Events that run with the rights of the default branch while somebody else's code may be checked out. */
const PRIVILEGED = ['pull_request_target', 'workflow_run'];

/**
 * Events that the repository's own rules for branches, or a person with write access, have let through.
 * Any other, such as a comment, has the rights too, and a workflow may have checked out what it is about.
 */
const OWN = ['pull_request', 'merge_group', 'push', 'schedule', 'workflow_dispatch'];

/**
 * Decides what is done. The only table of its kind: nothing else looks at the event.
 *
 * @param {import('./inputs').Inputs['command']} wish
 * @param {Event} event
 * @param {Surroundings} surroundings
 * @returns {Decision}
 * @throws {Refused} where it would be dangerous.
 * @throws {WrongUsage} where `auto` has no meaning.
 */
function decide(wish, event, surroundings) {
  if (PRIVILEGED.includes(event.name)) {
    if (wish === 'auto' || wish === 'validate') return { ...offline('validate', null), mustBeOwn: true };
    throw new Refused(
      `\`${wish}\` on \`${event.name}\`: this event runs with this repository's rights while the manifest may be somebody else's. Use \`pull_request\``,
    );
  }
  const command = wish === 'auto' ? automatic(event) : wish;
  if (command === 'validate') return offline('validate', null);

  const isReview = ['pull_request', 'merge_group'].includes(event.name) || event.ref.startsWith('refs/pull/');
  if (isReview && command !== 'plan') {
    throw new Refused(`\`${command}\` on \`${event.name}\`: what is not merged yet is only planned`);
  }
  if (command === 'plan') {
    const why = whyOffline(wish, event, surroundings);
    if (why !== null) return offline('plan', why);
  } else if (surroundings.noRunner !== null) {
    throw new WrongUsage(`\`${command}\` needs the native runner: ${surroundings.noRunner}`);
  }
  // An apply ends the comment of the pull request that it carries out, and drift has its issue.
  const mayComment = event.name === 'pull_request' || command !== 'plan';
  return { how: 'live', command, mayComment, mustBeOwn: !OWN.includes(event.name), notice: null };
}

/**
 * @param {Event} event
 * @returns {'plan' | 'apply' | 'drift'}
 */
function automatic(event) {
  switch (event.name) {
    case 'pull_request':
    case 'merge_group':
    case 'workflow_dispatch':
      return 'plan';
    case 'push':
      return event.defaultBranch !== '' && event.ref === `refs/heads/${event.defaultBranch}` ? 'apply' : 'plan';
    case 'schedule':
      return 'drift';
    default:
      throw new WrongUsage(`\`command: auto\` has no meaning on \`${event.name}\`: say \`plan\`, \`apply\` or \`drift\``);
  }
}

/**
 * Says why the account is not read. Applying and drift have no such way out: a step that was to change
 * or to watch something and did not is not green.
 *
 * @param {string} wish
 * @param {Event} event
 * @param {Surroundings} surroundings
 */
function whyOffline(wish, event, { hasCredentials, noRunner }) {
  if (event.isFork) return 'the pull request comes from a fork, which gets no credentials';
  if (event.name === 'pull_request' && event.actor === 'dependabot[bot]') {
    return 'the pull request comes from Dependabot, which gets no credentials';
  }
  // An instance role cannot be seen from here: whoever has one says `plan`.
  if (wish === 'auto' && !hasCredentials) {
    return 'there are no AWS credentials: set `aws-role` and grant `id-token: write`, or say `command: plan`';
  }
  return noRunner;
}

/**
 * @param {'validate' | 'plan'} command
 * @param {string | null} notice
 * @returns {Decision}
 */
function offline(command, notice) {
  return { how: 'offline', command, mayComment: false, mustBeOwn: false, notice };
}

/**
 * Returns whether AWS's SDK would find credentials without asking the machine's own metadata service.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string | null} awsRole
 */
function hasCredentials(env, awsRole) {
  if (awsRole !== null) {
    return Boolean(env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']);
  }
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_SHARED_CREDENTIALS_FILE',
  ];
  return names.some((name) => Boolean(env[name]));
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function record(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @param {unknown} value */
function string(value) {
  return typeof value === 'string' ? value : '';
}

module.exports = { Refused, decide, hasCredentials, readEvent };

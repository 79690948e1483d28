// @ts-check
'use strict';

const path = require('node:path');

/**
 * @typedef {object} Facts
 * @property {string} version The core's.
 * @property {'plan' | 'apply' | 'drift' | 'finish'} command
 * @property {string[]} manifests
 * @property {import('./inputs').Inputs} inputs
 * @property {import('./event').Event} event
 * @property {boolean} mayComment
 * @property {string} folder Where the runner keeps its files: of this step alone.
 */

/**
 * Returns the document that the runner reads from standard input. Tokens travel here and nowhere else.
 *
 * @param {Facts} facts
 * @param {NodeJS.ProcessEnv} env
 */
function buildRequest({ version, command, manifests, inputs, event, mayComment, folder }, env) {
  const workspace = env['GITHUB_WORKSPACE'] || process.cwd();
  const oidcUrl = env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const oidcToken = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  return {
    format: 1,
    version,
    command,
    manifests,
    targets: inputs.targets,
    workspace,
    temp: folder,
    files: { output: env['GITHUB_OUTPUT'] || null, summary: env['GITHUB_STEP_SUMMARY'] || null },
    event: {
      name: event.name,
      repository: event.repository,
      'default-branch': event.defaultBranch,
      ref: event.ref,
      sha: event.sha,
      'head-sha': event.headSha,
      'pull-request': event.pullRequest,
      'run-id': Number(env['GITHUB_RUN_ID'] ?? 0),
      'run-attempt': Number(env['GITHUB_RUN_ATTEMPT'] ?? 1),
      'workflow-ref': env['GITHUB_WORKFLOW_REF'] ?? '',
      actor: event.actor,
      today: null,
    },
    github: {
      'api-url': env['GITHUB_API_URL'] || 'https://api.github.com',
      'server-url': env['GITHUB_SERVER_URL'] || 'https://github.com',
      token: inputs.token,
    },
    oidc: inputs.awsRole !== null && oidcUrl && oidcToken ? { url: oidcUrl, token: oidcToken } : null,
    'aws-role': inputs.awsRole,
    comment: mayComment ? inputs.comment : 'false',
    'fail-on': inputs.failOn,
    'plan-files': inputs.planFiles.map((file) => path.resolve(workspace, file)),
    ack: inputs.ack,
  };
}

module.exports = { buildRequest };

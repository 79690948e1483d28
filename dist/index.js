// @ts-check
'use strict';

const fs = require('node:fs');

const { addSummary, addValues, annotation, print, visible } = require('./commands');
const { checkedOutCommit } = require('./checkout');
const { loadCore } = require('./core');
const { Refused, decide, hasCredentials, readEvent } = require('./event');
const { makeFolder } = require('./folder');
const { WrongUsage, readInputs } = require('./inputs');
const { findManifests, readManifest } = require('./manifests');
const { buildRequest } = require('./request');
const { offer, report, review } = require('./review');
const { findRunner, run, verify } = require('./runner');

/** Exit codes, as the command's own. */
const EXIT = { wrongUsage: 2, refused: 5 };

/**
 * The step. Returns its exit code.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
async function main(env) {
  const inputs = readInputs(env);
  const event = readEvent(env, readPayload(env));
  const found = findRunner(__dirname);
  const decision = decide(inputs.command, event, {
    hasCredentials: hasCredentials(env, inputs.awsRole),
    noRunner: typeof found === 'string' ? found : null,
  });
  const workspace = env['GITHUB_WORKSPACE'] || process.cwd();
  const manifests = findManifests(workspace, inputs.manifests);
  if (decision.mustBeOwn) refuseForeign(workspace, manifests, event);

  const core = loadCore();
  const files = manifests.map((file) => ({ path: file, bytes: readManifest(workspace, file) }));
  const work = { files, inputs, decision, workspace, env };
  const reviewed = review(core, work);
  const folder = makeFolder(env);
  offer(reviewed.reviewed, folder, env);
  const { how, command, mayComment } = decision;
  if (how === 'offline' || command === 'validate' || typeof found === 'string') return report(reviewed, work);
  const request = buildRequest({ version: core.version(), command, manifests, inputs, event, mayComment, folder }, env);
  return run(verify(found, folder), request, env);
}

/** @param {NodeJS.ProcessEnv} env */
function readPayload(env) {
  const file = env['GITHUB_EVENT_PATH'];
  return file ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
}

/**
 * Refuses a manifest that is not the one of the commit that the event runs on.
 *
 * @param {string} workspace
 * @param {string[]} manifests
 * @param {import('./event').Event} event
 * @throws {Refused}
 */
function refuseForeign(workspace, manifests, event) {
  for (const file of manifests) {
    if (checkedOutCommit(workspace, file) !== event.sha) {
      throw new Refused(
        `${visible(file)} on \`${event.name}\` is not of the commit that this event runs on: somebody else's manifest is not read with this repository's rights. Use \`pull_request\``,
      );
    }
  }
}

/**
 * Says why the step ends, in the log, in the outputs and in the summary.
 *
 * @param {unknown} error
 * @param {NodeJS.ProcessEnv} env
 */
function explain(error, env) {
  const isRefused = error instanceof Refused;
  const isOurs = isRefused || error instanceof WrongUsage;
  const message = error instanceof Error ? error.message : String(error);
  print(annotation('error', isOurs ? message : `the action is broken: ${message}`, { title: 'ai-keys' }));
  addValues(env['GITHUB_OUTPUT'] || null, { 'failure-reason': isRefused ? 'guard' : 'usage' });
  addSummary(env['GITHUB_STEP_SUMMARY'] || null, `### ai-keys\n\n${plain(message)}\n`);
  return isRefused ? EXIT.refused : EXIT.wrongUsage;
}

/**
 * Shows a message as text in Markdown, whatever is in it.
 *
 * @param {string} message
 */
function plain(message) {
  const safe = visible(message).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `<pre>${safe.replace(/@/g, '&#64;').replace(/`/g, '&#96;')}</pre>`;
}

main(process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = explain(error, process.env);
  },
);

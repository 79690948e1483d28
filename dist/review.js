// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { addSummary, addValues, annotation, print, visible } = require('./commands');
const { WrongUsage } = require('./inputs');
const { readSnapshots } = require('./manifests');

/**
 * @typedef {{ path: string, bytes: Buffer }} File
 *
 * @typedef {object} Work
 * @property {File[]} files
 * @property {import('./inputs').Inputs} inputs
 * @property {import('./event').Decision} decision
 * @property {string} workspace
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * Checks the manifests, and plans against their snapshots if it is asked to plan.
 *
 * @param {import('./core').Core} core
 * @param {Work} work
 * @returns {{ reviewed: import('./core').Reviewed, unreadable: string[] }}
 */
function review(core, { files, inputs, decision, workspace }) {
  const isPlanned = decision.how === 'offline' && decision.command === 'plan';
  /** @type {string[]} */
  const unreadable = [];
  const texts = files.flatMap((file) => {
    const text = decode(file.bytes);
    if (text === null) unreadable.push(file.path);
    const snapshots = isPlanned ? readSnapshots(workspace, file.path) : {};
    return text === null ? [] : [{ path: file.path, text, snapshots }];
  });
  const reviewed = core.review({
    today: new Date().toISOString().slice(0, 10),
    targets: inputs.targets,
    files: texts,
    plan: isPlanned,
  });
  const unknown = reviewed['unknown-targets'];
  if (unknown.length > 0) throw new WrongUsage(`\`target\`: no manifest has the target ${unknown.map(visible).join(', ')}`);
  return { reviewed, unreadable };
}

/**
 * Says what a review without the account has found, and returns the exit code.
 *
 * @param {ReturnType<typeof review>} found
 * @param {Work} work
 */
function report({ reviewed, unreadable }, { inputs, decision, env }) {
  for (const file of unreadable) print(annotation('error', `${file} is not UTF-8 text`, { file, title: 'ai-keys' }));
  if (decision.notice !== null) {
    const done = reviewed.plans.length > 0 ? 'planned against the committed snapshot' : 'only validated';
    print(annotation('notice', `live state was not read, ${done}: ${decision.notice}`, { title: 'ai-keys' }));
  }
  print(reviewed.annotations);
  const notes = [
    ...(decision.notice === null ? [] : [`> Live state was not read: ${decision.notice}.`]),
    ...unreadable.map((file) => `> \`${visible(file).replace(/`/g, '')}\` is not UTF-8 text.`),
  ];
  addSummary(env['GITHUB_STEP_SUMMARY'] || null, `${reviewed.summary}\n\n${notes.join('\n>\n')}`);
  const errors = reviewed.errors + unreadable.length;
  const isFailed = errors > 0 || (inputs.failOn === 'warning' && reviewed.warnings > 0);
  addValues(env['GITHUB_OUTPUT'] || null, {
    ...planOutputs(reviewed.plans),
    'failure-reason': isFailed ? 'validate' : '',
  });
  return isFailed ? 1 : 0;
}

/**
 * Sums up the plans.
 *
 * @param {import('./core').PlanReview[]} plans
 * @returns {Record<string, string | number | boolean>}
 */
function planOutputs(plans) {
  if (plans.length === 0) return {};
  /** @type {Record<string, string | number | boolean>} */
  const outputs = { 'plan-digest': plans.map((plan) => plan.digest).join('\n') };
  for (const name of /** @type {const} */ (['create', 'update', 'rotate', 'disable', 'delete'])) {
    outputs[name] = plans.reduce((sum, plan) => sum + plan.counts[name], 0);
  }
  outputs['has-changes'] = plans.some((plan) => plan['has-changes']);
  return outputs;
}

/**
 * Writes the diagnostics as SARIF and the job matrix, which every command offers. Where there are more jobs than
 * GitHub makes, the output is empty and a notice says so: a workflow that uses it stops there, and one that plans all
 * of them in one job is not harmed.
 *
 * @param {import('./core').Reviewed} reviewed
 * @param {string} folder Of this step.
 * @param {NodeJS.ProcessEnv} env
 */
function offer(reviewed, folder, env) {
  const file = path.join(folder, 'report.sarif');
  fs.writeFileSync(file, reviewed.sarif);
  const why = reviewed['no-matrix'];
  if (why !== null) {
    const todo = 'give a job that fans out fewer with the inputs `target` and `manifest`, or plan all of them in one job, which looks at them at once';
    print(annotation('notice', `the output \`matrix\` is empty: ${why}: ${todo}`, { title: 'ai-keys' }));
  }
  const matrix = reviewed.matrix === null ? '' : JSON.stringify(reviewed.matrix);
  addValues(env['GITHUB_OUTPUT'] || null, { 'sarif-file': file, matrix });
}

/**
 * @param {Buffer} bytes
 * @returns {string | null} null if it is not UTF-8.
 */
function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

module.exports = { offer, report, review };

// @ts-check
'use strict';

/**
 * @typedef {'auto' | 'validate' | 'plan' | 'apply' | 'drift'} Command
 *
 * @typedef {object} Inputs What the user asked for.
 * @property {Command} command
 * @property {string[]} manifests Paths and globs.
 * @property {string[]} targets
 * @property {string | null} token
 * @property {'true' | 'changes-only' | 'false'} comment
 * @property {string | null} awsRole
 * @property {string[]} planFiles
 * @property {'error' | 'warning'} failOn
 * @property {string[]} ack
 */

/** The step asks for what cannot be: exit code 2. */
class WrongUsage extends Error {}

/**
 * Reads the inputs.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Inputs}
 * @throws {WrongUsage} if an input has a value that it cannot have.
 */
function readInputs(env) {
  const manifests = lines(env, 'manifest');
  // The runner does not enforce `required`, and an empty expression gives an empty input.
  if (manifests.length === 0) throw new WrongUsage('the input `manifest` is empty: name a file, such as keys.toml');
  return {
    command: oneOf(env, 'command', ['auto', 'validate', 'plan', 'apply', 'drift']),
    manifests,
    targets: lines(env, 'target'),
    token: text(env, 'github-token') || null,
    comment: oneOf(env, 'comment', ['true', 'changes-only', 'false']),
    awsRole: text(env, 'aws-role') || null,
    planFiles: lines(env, 'plan-file'),
    failOn: oneOf(env, 'fail-on', ['error', 'warning']),
    // No acknowledgement holds a blank, and the box of `workflow_dispatch` has one line.
    ack: lines(env, 'ack').flatMap((line) => line.split(/\s+/)),
  };
}

/**
 * Returns an input as it was written, without blanks around it.
 *
 * The runner writes names in upper case and blanks as `_`; hyphens stay.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
function text(env, name) {
  return (env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] ?? '').trim();
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
function lines(env, name) {
  const all = text(env, name).split(/\r\n|\r|\n/);
  return all.map((line) => line.trim()).filter((line) => line !== '');
}

/**
 * Returns an input that has few values; the first one stands for an empty input.
 *
 * @template {string} Value
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {[Value, ...Value[]]} values
 * @returns {Value}
 */
function oneOf(env, name, values) {
  const given = text(env, name).toLowerCase();
  if (given === '') return values[0];
  const found = values.find((value) => value === given);
  if (found === undefined) {
    throw new WrongUsage(`the input \`${name}\` is \`${text(env, name)}\`: it can be ${values.join(', ')}`);
  }
  return found;
}

module.exports = { WrongUsage, readInputs };

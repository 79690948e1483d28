// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { addValues } = require('./commands');

/**
 * Makes the folder of this step, which only this user can read, and leaves word of it for the step after the job: a
 * job may use the Action twice, and neither step may touch the other's files.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function makeFolder(env) {
  const folder = fs.mkdtempSync(path.join(env['RUNNER_TEMP'] || os.tmpdir(), 'ai-keys-'));
  addValues(env['GITHUB_STATE'] || null, { folder });
  return folder;
}

/**
 * Returns the folder that the step has made, for the step after the job.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
function foundFolder(env) {
  return env['STATE_folder'] || null;
}

module.exports = { foundFolder, makeFolder };

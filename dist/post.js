// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { annotation, print } = require('./commands');
const { loadCore } = require('./core');
const { readEvent } = require('./event');
const { foundFolder } = require('./folder');
const { readInputs } = require('./inputs');
const { buildRequest } = require('./request');
const { findRunner, run, verify } = require('./runner');

/**
 * Finishes what a killed step left: the comment that still says "applying". Then removes the step's files, an unpacked
 * runner among them.
 *
 * Never fails the job: the verdict was given by the step.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function main(env) {
  const folder = foundFolder(env);
  if (folder === null) return;
  try {
    if (fs.existsSync(path.join(folder, 'ai-keys/unfinished.json'))) await finish(folder, env);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    print(annotation('warning', `the comment could not be finished: ${message}`, { title: 'ai-keys' }));
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function finish(folder, env) {
  const found = findRunner(__dirname);
  if (typeof found === 'string') return;
  const runner = verify(found, folder);
  const payload = env['GITHUB_EVENT_PATH'] ? JSON.parse(fs.readFileSync(env['GITHUB_EVENT_PATH'], 'utf8')) : {};
  const inputs = readInputs(env);
  const request = buildRequest(
    {
      version: loadCore().version(),
      command: 'finish',
      manifests: inputs.manifests,
      inputs,
      event: readEvent(env, payload),
      mayComment: true,
      folder,
    },
    env,
  );
  const code = await run(runner, request, env);
  if (code !== 0) print(annotation('warning', 'the comment could not be finished', { title: 'ai-keys' }));
}

main(process.env).catch((error) => {
  print(annotation('warning', `the action could not tidy up: ${error instanceof Error ? error.message : error}`, { title: 'ai-keys' }));
});

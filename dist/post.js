// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { annotation, print } = require('./commands');
const { loadCore } = require('./core');
const { readEvent } = require('./event');
const { readInputs } = require('./inputs');
const { buildRequest } = require('./request');
const { findRunner, run, verify } = require('./runner');

/**
 * Finishes what a killed step left: the comment that still says "applying". Then removes our files.
 *
 * Never fails the job: the verdict was given by the step.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function main(env) {
  const folder = path.join(env['RUNNER_TEMP'] || os.tmpdir(), 'ai-keys');
  try {
    if (fs.existsSync(path.join(folder, 'unfinished.json'))) await finish(env);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    print(annotation('warning', `the comment could not be finished: ${message}`, { title: 'ai-keys' }));
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

/** @param {NodeJS.ProcessEnv} env */
async function finish(env) {
  const found = findRunner(__dirname);
  if (typeof found === 'string') return;
  const runner = verify(found, env['RUNNER_TEMP'] || os.tmpdir());
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
    },
    env,
  );
  const code = await run(runner, request, env);
  if (code !== 0) print(annotation('warning', 'the comment could not be finished', { title: 'ai-keys' }));
}

main(process.env).catch((error) => {
  print(annotation('warning', `the action could not tidy up: ${error instanceof Error ? error.message : error}`, { title: 'ai-keys' }));
});

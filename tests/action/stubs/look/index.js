'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** A runner that is unpacked there is no text. */
const LARGEST = 4_000_000;

function filesIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(file);
    return entry.isFile() && fs.statSync(file).size <= LARGEST ? [[file, fs.readFileSync(file, 'utf8')]] : [];
  });
}

async function main() {
  const { INPUT_STEPS: steps, ...env } = process.env;
  const body = JSON.stringify({ env, steps, files: Object.fromEntries(filesIn(process.env.RUNNER_TEMP)) });
  const answer = await fetch(process.env.TEST_GITHUB_URL + '/_test/left', { method: 'POST', body });
  if (!answer.ok) throw new Error(`the GitHub of the tests says ${answer.status}`);
}

main().catch((error) => {
  process.exitCode = 1;
  process.stdout.write(`${error.stack}\n`);
});

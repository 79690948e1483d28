'use strict';

const fs = require('node:fs');
const path = require('node:path');

async function main() {
  const paths = process.env.INPUT_PATH.split('\n').filter((line) => line.trim() !== '');
  const files = Object.fromEntries(paths.map((file) => [path.basename(file.trim()), fs.readFileSync(file.trim(), 'utf8')]));
  const body = JSON.stringify({ name: process.env.INPUT_NAME, files, run: Number(process.env.GITHUB_RUN_ID) });
  const answer = await fetch(process.env.TEST_GITHUB_URL + '/_test/artifacts', { method: 'POST', body });
  if (!answer.ok) throw new Error(`the GitHub of the tests says ${answer.status}`);
}

main().catch((error) => {
  process.exitCode = 1;
  process.stdout.write(`${error.stack}\n`);
});

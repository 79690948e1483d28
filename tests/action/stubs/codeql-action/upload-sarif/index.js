'use strict';

const fs = require('node:fs');

async function main() {
  const report = JSON.parse(fs.readFileSync(process.env.INPUT_SARIF_FILE, 'utf8'));
  const body = JSON.stringify({ category: process.env.INPUT_CATEGORY, report });
  const answer = await fetch(process.env.TEST_GITHUB_URL + '/_test/sarif', { method: 'POST', body });
  if (!answer.ok) throw new Error(`the GitHub of the tests says ${answer.status}`);
}

main().catch((error) => {
  process.exitCode = 1;
  process.stdout.write(`${error.stack}\n`);
});

#!/usr/bin/env node
// @ts-check
'use strict';

// The hook of `.pre-commit-hooks.yaml`: checks the manifests that are named, with the core that the Action runs. No
// toolchain, no account, no network.

const fs = require('node:fs');
const path = require('node:path');

/** @type {{ review: (request: string) => string }} */
const core = require(path.join(__dirname, '../dist/core/core.js'));

/** @typedef {{ startLine: number, startColumn: number }} Region */
/** @typedef {{ physicalLocation: { artifactLocation: { uri: string }, region: Region } }} Place */
/** @typedef {{ ruleId: string, level: string, message: { text: string }, locations: Place[] }} Result */

/**
 * Checks manifests and returns what is wrong in the form of `ai-keys validate`, one mistake after the other.
 *
 * @param {string[]} names
 * @returns {{ text: string, errors: number }}
 */
function check(names) {
  const files = names.map((name) => ({ path: name, text: fs.readFileSync(name, 'utf8'), snapshots: {} }));
  const today = new Date().toISOString().slice(0, 10);
  const reviewed = JSON.parse(core.review(JSON.stringify({ today, targets: [], files, plan: false })));
  /** @type {{ results: Result[] }[]} */
  const runs = JSON.parse(reviewed.sarif).runs;
  const lines = runs.flatMap((run) => run.results).map(shown);
  return { text: lines.join('\n'), errors: reviewed.errors };
}

/** @param {Result} result */
function shown(result) {
  const place = result.locations[0]?.physicalLocation;
  const at = place && `${decodeURIComponent(place.artifactLocation.uri)}:${place.region.startLine}:${place.region.startColumn}`;
  // Text of a manifest obeys nobody's terminal.
  const line = (/** @type {string} */ text) => text.replace(/\p{C}/gu, '\ufffd');
  return `${result.level}[${result.ruleId}]: ${line(result.message.text)}\n  --> ${line(String(at))}\n`;
}

const { text, errors } = check(process.argv.slice(2));
if (text !== '') fs.writeSync(1, `${text}\n`);
process.exitCode = errors > 0 ? 1 : 0;

// @ts-check
'use strict';

const path = require('node:path');

/**
 * The policy core as WebAssembly. Its answers are documented where they are made:
 * `crates/ai-keys-core/src/report/offline.rs`.
 *
 * @typedef {object} Reviewed
 * @property {number} errors
 * @property {number} warnings
 * @property {string} annotations Workflow commands, ready to be printed.
 * @property {string} summary Markdown.
 * @property {string} sarif
 * @property {{ include: { id: string, manifest: string, target: string }[] } | null} matrix
 * @property {string | null} no-matrix Why there is no matrix.
 * @property {PlanReview[]} plans
 * @property {string[]} unknown-targets
 *
 * @typedef {object} PlanReview
 * @property {string} digest
 * @property {boolean} has-changes
 * @property {Counts} counts
 *
 * @typedef {{ create: number, update: number, rotate: number, disable: number, delete: number }} Counts
 *
 * @typedef {object} ReviewRequest
 * @property {string} today `YYYY-MM-DD`
 * @property {string[]} targets
 * @property {{ path: string, text: string, snapshots: Record<string, string> }[]} files
 * @property {boolean} plan Whether a target with a snapshot is planned.
 *
 * @typedef {object} Core
 * @property {() => string} version
 * @property {(request: ReviewRequest) => Reviewed} review
 */

/**
 * Loads the core: 3 to 10 ms.
 *
 * @returns {Core}
 */
function loadCore() {
  /** @type {{ version: () => string, review: (request: string) => string }} */
  const glue = require(path.join(__dirname, 'core/core.js'));
  return {
    version: () => glue.version(),
    review: (request) => JSON.parse(glue.review(JSON.stringify(request))),
  };
}

module.exports = { loadCore };

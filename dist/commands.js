// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');

/**
 * Escapes the data of a workflow command, `%` first because the runner decodes it last.
 *
 * Source: actions/toolkit, `core/src/command.ts`, checked 2026-11-23.
 * https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
 *
 * @param {string} text
 */
function escapeData(text) {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

/** @param {string} text */
function escapeProperty(text) {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/**
 * Makes text that somebody else wrote harmless in a log: no control characters, and no `##[`, which
 * starts a command anywhere in a line.
 *
 * @param {string} text
 */
function visible(text) {
  // eslint-disable-next-line no-control-regex
  const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  const named = text.replace(hidden, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return named.replace(/##\[/g, '##\\[');
}

/**
 * Returns the line that annotates the step, or a file.
 *
 * @param {'error' | 'warning' | 'notice'} level
 * @param {string} message
 * @param {Record<string, string | number>} [properties]
 */
function annotation(level, message, properties = {}) {
  const pairs = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(visible(String(value)))}`);
  const head = pairs.length === 0 ? level : `${level} ${pairs.join(',')}`;
  return `::${head}::${escapeData(visible(message))}\n`;
}

/**
 * Writes to standard output and returns when it is written: nothing may be lost when the process ends.
 *
 * @param {string} text
 */
function print(text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      // A pipe that another process has made non-blocking, and that is full.
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/**
 * Adds named values to one of the runner's files: the outputs, or what the step after the job shall know.
 *
 * @param {string | null} file
 * @param {Record<string, string | number | boolean>} values
 */
function addValues(file, values) {
  if (file === null) return;
  let text = '';
  for (const [name, value] of Object.entries(values)) {
    // Cannot be guessed, so nothing in a value can end it.
    const delimiter = `ghadelimiter_${randomUUID()}`;
    text += `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
  }
  fs.appendFileSync(file, text);
}

/**
 * Adds Markdown to the job summary.
 *
 * @param {string | null} file
 * @param {string} markdown
 */
function addSummary(file, markdown) {
  if (file !== null && markdown !== '') fs.appendFileSync(file, `${markdown.trimEnd()}\n`);
}

/**
 * @param {unknown} error
 * @returns {string | undefined} such as `ENOENT`
 */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

module.exports = { addSummary, addValues, annotation, codeOf, escapeData, escapeProperty, print, visible };

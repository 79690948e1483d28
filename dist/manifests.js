// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { codeOf, visible } = require('./commands');
const { WrongUsage } = require('./inputs');

/** As much as the core reads, and one byte more to tell a file that is too large. */
const MOST_BYTES = 8 * 1024 * 1024 + 1;

/** Folders that hold other people's files. */
const NEVER_ENTERED = new Set(['.git', 'node_modules']);

/**
 * Finds the manifests that paths and globs name.
 *
 * @param {string} workspace
 * @param {string[]} patterns Relative to the workspace; `!` at the start leaves out.
 * @returns {string[]} Paths relative to the workspace, with `/`, sorted, each once.
 * @throws {WrongUsage} if one names no file, or a file outside of the workspace.
 */
function findManifests(workspace, patterns) {
  const out = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => matcher(pattern.slice(1)));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  /** @type {Set<string>} */
  const found = new Set();
  for (const pattern of wanted) {
    const normal = tidy(pattern);
    if (path.isAbsolute(normal) || normal.split('/').includes('..')) {
      throw new WrongUsage(`\`manifest\`: ${visible(pattern)} is not inside of the workspace`);
    }
    const files = /[*?{]/.test(normal) ? globbed(workspace, normal) : [normal];
    const kept = files.filter((file) => !out.some((leavesOut) => leavesOut(file)));
    if (files.length === 0) {
      throw new WrongUsage(`\`manifest\`: no file matches ${visible(pattern)}; is \`actions/checkout\` a step before this one?`);
    }
    for (const file of kept) found.add(file);
  }
  if (found.size === 0) throw new WrongUsage('`manifest` leaves out every file that it names');
  return [...found].sort();
}

/**
 * Reads a manifest, which must be a file in the workspace and not a link out of it: a pull request may
 * hold a link to anything on the machine, and an annotation quotes what it reads.
 *
 * @param {string} workspace
 * @param {string} file
 * @returns {Buffer}
 * @throws {WrongUsage} if it cannot be read.
 */
function readManifest(workspace, file) {
  const text = readInside(workspace, file);
  if (text === null) {
    throw new WrongUsage(`there is no file ${visible(file)}; is \`actions/checkout\` a step before this one?`);
  }
  return text;
}

/**
 * Returns the committed snapshots beside a manifest by their targets: `keys.prod.snapshot.json` is the
 * one for the target `prod` of `keys.toml`.
 *
 * @param {string} workspace
 * @param {string} file
 * @returns {Record<string, string>}
 */
function readSnapshots(workspace, file) {
  const folder = path.posix.dirname(file);
  const before = `${path.posix.basename(file).replace(/\.toml$/, '')}.`;
  const after = '.snapshot.json';
  const names = entries(path.join(workspace, folder)).map((entry) => entry.name);
  const ours = names.filter((name) => name.startsWith(before) && name.endsWith(after)).sort();
  const texts = ours.map((name) => {
    const target = name.slice(before.length, -after.length);
    return [target, readInside(workspace, path.posix.join(folder, name))?.toString('utf8') ?? ''];
  });
  return Object.fromEntries(texts);
}

/**
 * @param {string} workspace
 * @param {string} file
 * @returns {Buffer | null} null if there is none.
 */
function readInside(workspace, file) {
  try {
    const real = fs.realpathSync(path.join(workspace, file));
    const inside = path.relative(fs.realpathSync(workspace), real);
    if (inside.startsWith('..') || path.isAbsolute(inside)) {
      throw new WrongUsage(`${visible(file)} is a link out of the workspace`);
    }
    // Before it is opened: opening a pipe waits for its other end.
    const facts = fs.statSync(real);
    if (!facts.isFile()) throw new WrongUsage(`${visible(file)} is not a file`);
    return readAtMost(real, MOST_BYTES);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    if (error instanceof WrongUsage) throw error;
    throw new WrongUsage(`${visible(file)} cannot be read: ${codeOf(error) ?? 'unknown error'}`);
  }
}

/**
 * @param {string} file
 * @param {number} most
 */
function readAtMost(file, most) {
  const handle = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(fs.fstatSync(handle).size, most));
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, 0));
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * @param {string} workspace
 * @param {string} pattern
 */
function globbed(workspace, pattern) {
  const matches = matcher(pattern);
  /** @type {string[]} */
  const found = [];
  // Nothing above the first folder with a wildcard needs to be read.
  const fixed = pattern.split('/').slice(0, -1);
  const wild = fixed.findIndex((part) => /[*?{]/.test(part));
  const folders = [(wild < 0 ? fixed : fixed.slice(0, wild)).join('/')];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entries(path.join(workspace, folder))) {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // A linked folder is not entered: it may lead back to where it stands.
      if (entry.isDirectory() && !NEVER_ENTERED.has(entry.name)) folders.push(file);
      if ((entry.isFile() || entry.isSymbolicLink()) && matches(file)) found.push(file);
    }
  }
  return found;
}

/** @param {string} folder */
function entries(folder) {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/**
 * Returns a function that tells whether a path matches a glob.
 *
 * @param {string} pattern
 * @returns {(file: string) => boolean}
 */
function matcher(pattern) {
  const alternatives = braces(tidy(pattern)).map((one) => {
    const parts = one.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
      if (part === '**/') return '(?:[^/]+/)*';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    });
    return new RegExp(`^${parts.join('')}$`, 's');
  });
  return (file) => alternatives.some((alternative) => alternative.test(file));
}

/**
 * Expands `{a,b}`, without nesting.
 *
 * @param {string} pattern
 * @returns {string[]}
 */
function braces(pattern) {
  const found = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (!found) return [pattern];
  const [, before = '', choices = '', after = ''] = found;
  return choices.split(',').flatMap((choice) => braces(`${before}${choice}${after}`));
}

/** @param {string} pattern */
function tidy(pattern) {
  return pattern.replace(/\\/g, '/').replace(/^(\.\/)+/, '').replace(/\/{2,}/g, '/');
}

module.exports = { findManifests, matcher, readManifest, readSnapshots };

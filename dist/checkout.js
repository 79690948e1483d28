// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * Returns the commit that is checked out where a file lies, or null if that cannot be told.
 *
 * The nearest repository counts, so that a second checkout in a subfolder is seen.
 *
 * @param {string} workspace
 * @param {string} file Relative to the workspace.
 */
function checkedOutCommit(workspace, file) {
  const root = path.resolve(workspace);
  let folder = path.dirname(path.resolve(root, file));
  while (folder.startsWith(root)) {
    const git = path.join(folder, '.git');
    if (fs.existsSync(git)) return headOf(git);
    if (folder === root) break;
    folder = path.dirname(folder);
  }
  return null;
}

/** @param {string} git */
function headOf(git) {
  // In a worktree or a submodule it is a file that names another place: not what `actions/checkout` leaves.
  const head = read(path.join(git, 'HEAD'));
  const reference = head === null ? null : /^ref: (refs\/[^\s]+)\s*$/.exec(head)?.[1] ?? null;
  if (reference === null || reference.includes('..')) return commit(head);
  const packed = read(path.join(git, 'packed-refs')) ?? '';
  const line = packed.split('\n').find((row) => row.endsWith(` ${reference}`));
  return commit(read(path.join(git, reference))) ?? commit(line?.split(' ')[0] ?? null);
}

/** @param {string | null} text */
function commit(text) {
  return text !== null && /^[0-9a-f]{40}([0-9a-f]{24})?\s*$/.test(text) ? text.trim() : null;
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

module.exports = { checkedOutCommit };

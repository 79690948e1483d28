// @ts-check
'use strict';

// A packed runner holds where its calls go, in place of how far away that is: places repeat, so it is smaller. The other
// direction, and why: `xtask/src/dist/branches.rs` in the sources.

/** The header, which says for which processor a program is, was left as it is. */
const HEADER = 64;

/**
 * Turns places back into distances, in place; what is no program of a processor that we know stays as it is.
 *
 * @param {Buffer} program
 * @returns {Buffer} The same.
 */
function toDistances(program) {
  const machine = program.length < HEADER ? 0 : program.readUInt16LE(18);
  if (machine === 62) x64(program);
  if (machine === 183) arm64(program);
  return program;
}

/** @param {Buffer} program */
function x64(program) {
  const last = program.length - 5;
  for (let at = HEADER; at <= last; at += 1) {
    const opcode = program[at];
    const high = program[at + 4];
    if ((opcode !== 0xe8 && opcode !== 0xe9) || (high !== 0 && high !== 0xff)) continue;
    const distance = program.readInt32LE(at + 1) - (at + 5);
    program.writeUIntLE(distance & 0xffffff, at + 1, 3);
    program[at + 4] = (distance & 0x1000000) === 0 ? 0 : 0xff;
    at += 4;
  }
}

/** @param {Buffer} program */
function arm64(program) {
  const last = program.length - 4;
  for (let at = HEADER; at <= last; at += 4) {
    const word = program.readUInt32LE(at);
    if (word >>> 26 === 0x25) {
      const distance = ((word & 0x03ffffff) - (at >>> 2)) & 0x03ffffff;
      program.writeUInt32LE(((word & 0xfc000000) | distance) >>> 0, at);
    } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      const pages = ((word >>> 3) & 0x1ffffc) | ((word >>> 29) & 3);
      const distance = pages - (at >>> 12);
      program.writeUInt32LE(((word & 0x9f00001f) | ((distance & 3) << 29) | ((distance & 0x1ffffc) << 3)) >>> 0, at);
    }
  }
}

module.exports = { toDistances };

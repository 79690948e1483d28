// Zip archives, as `actions/upload-artifact` makes them: deflated, with sizes behind the data.

import { crc32, deflateRawSync } from "node:zlib";

/** Packs files by their names into an archive. */
export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const path = Buffer.from(name);
    const sizes = [crc32(data), packed.length, data.length];
    // Bit 3: the sizes follow the data. Bit 11: the name is UTF-8.
    const common = [[2, 20], [2, 0x0808], [2, 8], [2, 0], [2, 0x5a21]];
    const local = record(0x04034b50, [...common, [4, 0], [4, 0], [4, 0], [2, path.length], [2, 0]]);
    const descriptor = record(0x08074b50, sizes.map((size) => [4, size]));
    directory.push(
      record(0x02014b50, [[2, 0x0314], ...common, ...sizes.map((size) => [4, size]), [2, path.length],
        [2, 0], [2, 0], [2, 0], [2, 0], [4, 0x81a40000], [4, offset]]),
      path,
    );
    const part = Buffer.concat([local, path, packed, descriptor]);
    parts.push(part);
    offset += part.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = record(0x06054b50, [[2, 0], [2, 0], [2, count], [2, count], [4, central.length], [4, offset], [2, 0]]);
  return Buffer.concat([...parts, central, end]);
}

function record(signature, fields) {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [size]) => sum + size, 0));
  let at = bytes.writeUInt32LE(signature, 0);
  for (const [size, value] of fields) {
    at = size === 2 ? bytes.writeUInt16LE(value, at) : bytes.writeUInt32LE(value >>> 0, at);
  }
  return bytes;
}

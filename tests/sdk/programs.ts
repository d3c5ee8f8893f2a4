/** The SDKs that are not TypeScript: whether their language is on this machine, their own tests, and a program that renders by them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import type { Provider } from '@px0/testing';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const python = join(root, 'packages', 'sdk-python');
const go = join(root, 'packages', 'sdk-go');
// A module of its own, so that the SDK depends on none of the providers'.
const goProviders = join(go, 'internal', 'providers');
const goTelemetry = join(go, 'otel');
// One environment for tests and for mypy: making one costs more than mypy.
const WITH_TYPES = 'test,types';
const WITH_PROVIDERS = 'test,providers';
const WITH_SERVERS = 'test,servers';
const INSTALL_TIMEOUT_MS = 280_000;
/** The packages of the providers are large: compiling them for the first time takes minutes of both cores. */
const PROVIDERS_TIMEOUT_MS = 900_000;
const OLDEST_GO = 23;
const OLDEST_PIP_FOR_OTHERS = 23;
/**
 * Within this a client's file has what the client holds. Between two writes it waits a hundred times as long as the last took, which is
 * 20 s after a disk took 200 ms, and a template that could not be fetched is tried again 10 s later.
 */
export const WRITTEN_MS = 60_000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

export interface Sdk {
  readonly language: 'Python' | 'Go';
  /** Its own tests, but those of its engine; examples among them run against the px0 of the environment. */
  readonly tests: Command;
  /** The tests of its template engine, which take as long as all others. */
  readonly engineTests: Command;
  /** A program that answers questions line by line; it takes the path of a snapshot file. */
  readonly lines: Command;
}

/** Runs in the time that other processes leave. */
export const IDLE_PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;

/** Runs a command to its end and gives what it printed. @throws Error with the output when it fails */
export async function output(
  { program, args, cwd }: Command,
  env: NodeJS.ProcessEnv,
  priority?: number,
): Promise<string> {
  try {
    const running = run(program, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 16 << 20 });
    if (priority !== undefined && running.child.pid !== undefined) setPriority(running.child.pid, priority);
    return (await running).stdout;
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error;
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
  }
}

/** The Python of an environment below `.px0/` in which the SDK is installed with some of its extras. */
async function pythonWith(extras: string): Promise<string> {
  const metadata = await readFile(join(python, 'pyproject.toml'));
  const name = createHash('sha256').update(metadata).update(extras).digest('hex').slice(0, 12);
  const environment = join(root, '.px0', 'sdk-python', name);
  // Two test files may install at once, so each does it in a folder of its own; the first one to be ready takes the place.
  const building = `${environment}-${process.pid}`;
  try {
    if (!existsSync(environment)) {
      const installer = join(building, 'bin', 'python');
      const outside = await hasPipForOthers();
      const venv = ['-m', 'venv', '--clear', ...(outside ? ['--without-pip'] : []), building];
      await run('python3', venv, { timeout: INSTALL_TIMEOUT_MS });
      const pip = outside ? ['python3', '-m', 'pip', '--python', installer] : [installer, '-m', 'pip'];
      // Python compiles what is used when it is used, which is little.
      const options = [
        '--quiet',
        '--no-compile',
        '--disable-pip-version-check',
        '--editable',
        `${python}[${extras}]`,
      ];
      const [program = '', ...args] = [...pip, 'install', ...options];
      const timeout = extras === WITH_PROVIDERS ? PROVIDERS_TIMEOUT_MS : INSTALL_TIMEOUT_MS;
      await run(program, args, { timeout });
      await rename(building, environment).catch((error: unknown) => {
        if (!existsSync(environment)) throw error;
      });
    }
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return join(environment, 'bin', 'python');
}

/** Whether the machine's own pip can install for another Python. Unpacking a pip for each environment costs as much as all that it installs. */
async function hasPipForOthers(): Promise<boolean> {
  try {
    const { stdout } = await run('python3', ['-m', 'pip', '--version']);
    return Number(/^pip (\d+)/.exec(stdout)?.[1] ?? 0) >= OLDEST_PIP_FOR_OTHERS;
  } catch {
    return false;
  }
}

/** The SDK, installed below `.px0/`; or the sentence that says why it cannot be tried here. */
export async function pythonSdk(): Promise<Sdk | string> {
  let program: string;
  try {
    program = await pythonWith(WITH_TYPES);
  } catch (error) {
    return reasonOf(error);
  }
  return {
    language: 'Python',
    tests: {
      program,
      args: ['-m', 'pytest', ...engineFiles.map((file) => `--ignore-glob=${file}`)],
      cwd: python,
    },
    engineTests: {
      program,
      args: ['-m', 'pytest', ...globSync(engineFiles, { cwd: python })],
      cwd: python,
    },
    lines: { program, args: [join(python, 'tests', 'lines.py')], cwd: python },
  };
}

const engineFiles = ['tests/test_template*.py', 'tests/test_chat_vectors.py', 'tests/test_local_renders.py'];

/** Why Go programs cannot be tried here; undefined if they can. */
export async function whyNoGo(): Promise<string | undefined> {
  try {
    const { stdout } = await run('go', ['version']);
    const minor = Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
    return minor < OLDEST_GO ? `go 1.${OLDEST_GO} or later is needed, and not ${stdout.trim()}` : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The SDK, with its program built into `folder`; or the sentence that says why it cannot be tried here. */
export async function goSdk(folder: string): Promise<Sdk | string> {
  const missing = await whyNoGo();
  if (missing !== undefined) return missing;
  const program = join(folder, 'lines');
  await buildGo(program, './internal/lines');
  return {
    language: 'Go',
    // Its results depend on the px0 of the environment, so those of an earlier run say nothing.
    tests: { program: 'go', args: ['test', '-count=1', '.', './api'], cwd: go },
    engineTests: { program: 'go', args: ['test', '-count=1', './internal/...'], cwd: go },
    lines: { program, args: [], cwd: folder },
  };
}

async function buildGo(
  program: string,
  main: string,
  { cwd = go, timeout = INSTALL_TIMEOUT_MS } = {},
): Promise<void> {
  await run('go', ['build', '-buildvcs=false', '-o', program, main], { cwd, timeout });
}

/** The commands that check Python files of a folder by mypy, and run one of them; or why that cannot be tried here. */
export async function pythonTypes(
  folder: string,
  files: readonly string[],
  program: string,
): Promise<readonly Command[] | string> {
  try {
    const interpreter = await pythonWith(WITH_TYPES);
    // What the SDK's API client is made of takes most of the time, and nothing generated uses it.
    const config = join(folder, 'mypy.ini');
    await writeFile(
      config,
      '[mypy]\nstrict = True\n[mypy-px0.generated.*,pydantic.*,httpx.*,httpcore.*,cryptography.*,anyio.*]\nfollow_imports = skip\n',
    );
    const cache = join(root, '.px0', 'mypy');
    const mypy = ['-m', 'mypy', '--config-file', config, '--cache-dir', cache, ...files];
    return [mypy, [program]].map((args) => ({ program: interpreter, args, cwd: folder }));
  } catch (error) {
    return reasonOf(error);
  }
}

/** The commands that check and run Go files with the SDK's module, in a folder that holds their package; or why that cannot be tried here. */
export async function goTypes(folder: string): Promise<readonly Command[] | string> {
  const missing = await whyNoGo();
  if (missing !== undefined) return missing;
  const name = 'github.com/px0/px0/packages/sdk-go';
  const module = `module example.com/application\n\ngo 1.${OLDEST_GO}\n\nrequire ${name} v0.0.0\n\nreplace ${name} => ${go}\n`;
  await writeFile(join(folder, 'go.mod'), module);
  // `go test` vets what it tests by some of vet's checks only.
  return [
    ['vet', './...'],
    ['test', './...'],
  ].map((args) => ({ program: 'go', args, cwd: folder }));
}

const promotionTests = 'tests/test_promotions.py';

/** The tests of Python applications under servers that fork or patch, some of which take a while to install. */
export async function pythonServerTests(): Promise<Command> {
  const files = ['tests/test_fork*.py', 'tests/test_*_fork.py', promotionTests, 'tests/test*_leaks.py'];
  const tests = globSync(files, { cwd: python });
  return { program: await pythonWith(WITH_SERVERS), args: ['-m', 'pytest', ...tests], cwd: python };
}

/** Of these the tests that promote a prompt `greeting` of the real px0 of the environment, whose id is PX0_TEST_PROMPT. */
export async function pythonPromotionTests(): Promise<Command> {
  return { program: await pythonWith(WITH_TYPES), args: ['-m', 'pytest', promotionTests], cwd: python };
}

/** The tests of what a language's SDK hands over, against the providers' own packages, which take minutes to install and build. */
export async function providerTests(language: Sdk['language']): Promise<Command> {
  return language === 'Python'
    ? { program: await pythonWith(WITH_PROVIDERS), args: ['-m', 'pytest', 'provider_tests'], cwd: python }
    : { program: 'go', args: ['test', '-count=1', './...'], cwd: goProviders };
}

/** The tests of the Go SDK's module for OpenTelemetry, which takes a while to download and build. */
export const goTelemetryTests: Command = {
  program: 'go',
  args: ['test', '-count=1', './...'],
  cwd: goTelemetry,
};

/** An application in each language that asks the providers, by their packages or, `http`, without them; or why it cannot be tried here. */
export async function askingApplications(
  folder: string,
  by: 'packages' | 'http',
): Promise<Readonly<Record<'TypeScript' | 'Python' | 'Go', Command | string>>> {
  const [Python, Go] = await Promise.all([askingPython(by), askingGo(folder, by)]);
  const script = join(root, 'packages', 'sdk-typescript', 'test', 'asks.ts');
  return { TypeScript: { program: process.execPath, args: [script], cwd: folder }, Python, Go };
}

/** A program in each language that renders all the time (`tests/chaos/delivery`), and why it cannot be had in the others. */
export interface RenderingApplications {
  readonly applications: Readonly<Record<string, Command>>;
  readonly missing: readonly string[];
}

export async function renderingApplications(folder: string): Promise<RenderingApplications> {
  const typescript = join(root, 'packages', 'sdk-typescript', 'test', 'renders.ts');
  const [Python, Go] = await Promise.all([renderingPython(), renderingGo(folder)]);
  const found: Readonly<Record<string, Command | string>> = {
    TypeScript: { program: process.execPath, args: [typescript], cwd: folder },
    Python,
    Go,
  };
  const all = Object.entries(found);
  return {
    applications: Object.fromEntries(
      all.flatMap(([language, one]) => (typeof one === 'string' ? [] : [[language, one]])),
    ),
    missing: all.flatMap(([language, one]) =>
      typeof one === 'string' ? [`${language} is missing: ${one}`] : [],
    ),
  };
}

async function renderingPython(): Promise<Command | string> {
  try {
    const program = await pythonWith(WITH_TYPES);
    return { program, args: [join(python, 'tests', 'renders.py')], cwd: python };
  } catch (error) {
    return reasonOf(error);
  }
}

async function renderingGo(folder: string): Promise<Command | string> {
  const missing = await whyNoGo();
  if (missing !== undefined) return missing;
  const program = join(folder, 'renders');
  await buildGo(program, './internal/renders');
  return { program, args: [], cwd: folder };
}

async function askingPython(by: 'packages' | 'http'): Promise<Command | string> {
  try {
    const program = await pythonWith(by === 'http' ? WITH_TYPES : WITH_PROVIDERS);
    return { program, args: [join(python, 'provider_tests', 'asks.py'), by], cwd: python };
  } catch (error) {
    return reasonOf(error);
  }
}

async function askingGo(folder: string, by: 'packages' | 'http'): Promise<Command | string> {
  const missing = await whyNoGo();
  if (missing !== undefined) return missing;
  const program = join(folder, 'asks');
  if (by === 'http') await buildGo(program, './internal/asks/http');
  else await buildGo(program, './asks', { cwd: goProviders, timeout: PROVIDERS_TIMEOUT_MS });
  return { program, args: [], cwd: folder };
}

/** An application in each language that renders line by line; or why it cannot be tried here. */
export async function lineApplications(
  folder: string,
): Promise<{ readonly TypeScript: Command } & Readonly<Record<'Python' | 'Go', Command | string>>> {
  const [Python, Go] = await Promise.all([pythonSdk(), goSdk(folder)]);
  const linesOf = (sdk: Sdk | string) => (typeof sdk === 'string' ? sdk : sdk.lines);
  const script = join(root, 'packages', 'sdk-typescript', 'test', 'lines.ts');
  const TypeScript = { program: process.execPath, args: [script], cwd: folder };
  return { TypeScript, Python: linesOf(Python), Go: linesOf(Go) };
}

function reasonOf(error: unknown): string {
  return (
    (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? 'unknown reason'
  );
}

export interface Question {
  readonly slug: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly version?: number;
  readonly tag?: string;
  readonly fallback?: string;
  readonly contract?: 'warn' | 'enforce';
  /** Says also whether the result is stale, and how many milliseconds it took. */
  readonly evidence?: true;
}

/** For applications that ask a provider, at a URL. */
export interface ProviderQuestion {
  readonly slug: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly provider: Provider;
  readonly url: string;
}

/** A running program: an application that has a client of the SDK for as long as it lives. */
export class Application implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor({ program, args, cwd }: Command, snapshotFile: string, env: NodeJS.ProcessEnv) {
    const child = spawn(program, [...args, snapshotFile], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    const lines: Interface = createInterface({ input: child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
    this.#ended = once(child, 'close');
  }

  /** What it answers: text, source and version, or error and message, and of variables that violate a contract `contract`; of a provider, its answer and what was dropped. */
  async ask(question: Question | ProviderQuestion): Promise<unknown> {
    const line = JSON.stringify(question);
    // For those who take these for ends of lines.
    const escaped = line.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    this.#process.stdin?.write(`${escaped}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the program has ended');
    return JSON.parse(value);
  }

  /** The processor time that it has had so far, in seconds; undefined where the system does not tell. */
  async processorSeconds(): Promise<number | undefined> {
    const stat = await readFile(`/proc/${this.#process.pid}/stat`, 'utf8').catch(() => '');
    // Behind the program's name, which may hold anything: the 14th and 15th field of all, in hundredths.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return stat === '' ? undefined : (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** The most memory that it has had so far, in bytes; undefined where the system does not tell. */
  async mostMemory(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  }

  /** Ends it in order, with its snapshot written. */
  async close(): Promise<void> {
    this.#process.stdin?.end();
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

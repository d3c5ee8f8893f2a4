/** Schemathesis, the property-based tester of APIs: finding it, installing it, running it. It is a Python program, so it may be missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { matchRoute, type OpenApiDocument } from '@px0/contracts';
import { temporaryFolder } from '@px0/testing';

const run = promisify(execFile);

/** Newer releases bring new checks and phases: an upgrade is a change to be looked at. */
const VERSION = '4.32.5';
const environment = join(import.meta.dirname, '..', '..', '.px0', 'schemathesis');
const program = join(environment, 'bin', 'st');
const INSTALL_TIMEOUT_MS = 240_000;
/** For printing what was found after an interruption. */
const LAST_WORDS_MS = 25_000;

/** What a response is held against. Which requests are refused is the other tests' matter. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
].join(',');

/** Installs it into a virtual environment below `.px0/`, once. Returns why it could not be, or undefined. */
export async function install(): Promise<string | undefined> {
  if (existsSync(program)) return undefined;
  try {
    await run('python3', ['-m', 'venv', environment], { timeout: INSTALL_TIMEOUT_MS });
    const pip = join(environment, 'bin', 'pip');
    // Python compiles what is used when it is used, which is little.
    const options = ['--quiet', '--no-compile', '--disable-pip-version-check'];
    await run(pip, ['install', ...options, `schemathesis==${VERSION}`], { timeout: INSTALL_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    await rm(environment, { recursive: true, force: true });
    const [line] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1);
    return line ?? 'unknown reason';
  }
}

export interface Campaign {
  readonly url: string;
  readonly description: OpenApiDocument;
  /** The value of the Authorization header. */
  readonly authorization?: string;
  /** Operations to ask; without it all. */
  readonly only?: readonly string[];
  /** Operations to leave out. */
  readonly except?: readonly string[];
  /** Examples of each operation. */
  readonly examples: number;
  readonly phases: readonly ('examples' | 'coverage' | 'fuzzing')[];
  readonly seed: number;
  readonly timeoutMs: number;
}

export interface CampaignResult {
  readonly passed: boolean;
  /** What it printed: each finding with the request that repeats it. */
  readonly output: string;
  /** The operations that succeeded at least once. */
  readonly succeeded: ReadonlySet<string>;
}

/** Runs it once over the operations of a description. @throws Error with what it printed, when it did not get to the end of them */
export async function runCampaign(campaign: Campaign): Promise<CampaignResult> {
  const folder = await temporaryFolder('schemathesis');
  try {
    await mkdir(folder, { recursive: true });
    const schema = join(folder, 'openapi.json');
    const archive = join(folder, 'exchanges.har');
    await writeFile(schema, JSON.stringify(campaign.description));
    const report = ['--report', 'har', '--report-har-path', archive];
    const { code, output } = await execute(folder, campaign, [...argumentsOf(campaign, schema), ...report]);
    return { passed: code === 0, output, succeeded: successesOf(await readArchive(archive, output)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The part of an HTTP archive that is looked at. */
interface Archive {
  readonly log: {
    readonly entries: readonly {
      readonly request: { readonly method: string; readonly url: string };
      readonly response: { readonly status: number };
    }[];
  };
}

/** What it printed says more than an archive that is missing or broken off. */
async function readArchive(path: string, output: string): Promise<Archive> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`Schemathesis left no whole archive of its exchanges:\n${output}`, { cause });
  }
}

function successesOf({ log }: Archive): Set<string> {
  const succeeded = new Set<string>();
  for (const { request, response } of log.entries) {
    if (response.status < 200 || response.status > 299) continue;
    const match = matchRoute(request.method, new URL(request.url).pathname);
    if (match !== undefined && 'route' in match) succeeded.add(match.route.operationId);
  }
  return succeeded;
}

function argumentsOf(campaign: Campaign, schema: string): string[] {
  const { url, authorization, only = [], except = [], examples, phases, seed } = campaign;
  return [
    'run',
    schema,
    '--url',
    url,
    '--no-color',
    '--continue-on-failure',
    '--no-shrink',
    '--checks',
    CHECKS,
    '--phases',
    phases.join(','),
    '--max-examples',
    String(examples),
    '--seed',
    String(seed),
    '--generation-database',
    'none',
    '--suppress-health-check',
    'all',
    '--request-timeout',
    '20',
    '--warnings',
    'off',
    ...(authorization === undefined ? [] : ['--header', `Authorization: ${authorization}`]),
    ...only.flatMap((id) => ['--include-operation-id', id]),
    ...except.flatMap((id) => ['--exclude-operation-id', id]),
  ];
}

/** @throws Error with what it printed, when it was stopped */
async function execute(
  folder: string,
  { timeoutMs }: Campaign,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  const running = run(program, args, {
    cwd: folder,
    timeout: timeoutMs,
    // Interrupted, it prints what it has found so far. Terminated, it prints nothing, and breaks its archive off.
    killSignal: 'SIGINT',
    maxBuffer: 64 << 20,
  });
  const deadline = setTimeout(() => running.child.kill('SIGKILL'), timeoutMs + LAST_WORDS_MS);
  try {
    const { stdout } = await running;
    return { code: 0, output: stdout };
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error)) throw error;
    const { stdout, stderr, code, signal, killed } = error as Stopped;
    const output = stdout + stderr;
    if (typeof code === 'number' && !killed) return { code, output };
    throw new Error(`Schemathesis was stopped within ${timeoutMs} ms (${code ?? signal}):\n${output}`);
  } finally {
    clearTimeout(deadline);
  }
}

type Stopped = Error & { stdout: string; stderr: string; code?: unknown; signal?: string; killed: boolean };

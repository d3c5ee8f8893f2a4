/**
 * Runs the command lines of the guides as a reader would, one block after another in one shell: variables that begin with `PX0_` stay
 * from block to block. The address that the pages name becomes the one of the platform under test.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** What the pages say; a reader's platform listens there. */
const WRITTEN_ORIGIN = 'http://localhost:8000';
/** Where the page about relays has one listen, and keep its state. */
const WRITTEN_RELAY_PORT = /\b8001\b/g;
const WRITTEN_RELAY_FILES = '/tmp/px0-relay';
const blockTimeoutMs = 60_000;
/** A first build compiles Go's standard library. */
const buildTimeoutMs = 240_000;

export interface ShellOptions {
  readonly origin: string;
  /** A free port. */
  readonly relayPort: number;
  /** Commands of the repository run there, all others in the reader's own folder. */
  readonly repository: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export class Shell {
  readonly #options: ShellOptions;
  readonly #state: string;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#state = join(options.folder, '.variables');
  }

  get origin(): string {
    return this.#options.origin;
  }

  /** What the block printed. @throws with its error output when a command of it failed */
  async run(block: string): Promise<string> {
    const { repository, folder } = this.#options;
    return await this.#bash(block, /^(?:npm|node|examples\/)\b/m.test(block) ? repository : folder);
  }

  /** The same of a program that imports packages of the repository. */
  async runTypeScript(block: string): Promise<string> {
    const { repository, env } = this.#options;
    const program = { ...env, NODE: process.execPath, PROGRAM: block };
    return await this.#bash('"$NODE" --input-type=module-typescript --eval "$PROGRAM"', repository, program);
  }

  /** The same of a Python program, run by an interpreter that has the SDK. */
  async runPython(block: string, interpreter: string): Promise<string> {
    const { folder, env } = this.#options;
    const program = { ...env, PYTHON: interpreter, PROGRAM: block };
    return await this.#bash('"$PYTHON" -c "$PROGRAM"', folder, program);
  }

  /** The same of a Go program, in a module that has the SDK of the repository. */
  async runGo(block: string): Promise<string> {
    const { repository, env } = this.#options;
    const folder = join(this.#options.folder, 'go');
    await mkdir(folder, { recursive: true });
    const sdk = 'github.com/px0/px0/packages/sdk-go';
    const path = join(repository, 'packages', 'sdk-go');
    const lines = ['module reader', 'go 1.23', `require ${sdk} v0.0.0`, `replace ${sdk} => ${path}`];
    await writeFile(join(folder, 'go.mod'), `${lines.join('\n')}\n`);
    await writeFile(join(folder, 'main.go'), block);
    return await this.#bash('go run .', folder, { ...env, GOFLAGS: '-mod=mod' }, buildTimeoutMs);
  }

  /** With places of this reader's own: others follow the pages on the same machine. */
  #ofReader(block: string): string {
    const { origin, relayPort, folder } = this.#options;
    return block
      .replaceAll(WRITTEN_ORIGIN, origin)
      .replaceAll(WRITTEN_RELAY_PORT, String(relayPort))
      .replaceAll(WRITTEN_RELAY_FILES, join(folder, 'px0-relay'));
  }

  async #bash(
    block: string,
    cwd: string,
    env = this.#options.env,
    timeout = blockTimeoutMs,
  ): Promise<string> {
    const script = [
      'set -o pipefail',
      'save() { declare -p $(compgen -v PX0_) > "$STATE"; }',
      `[ ! -e '${this.#state}' ] || . '${this.#state}'`,
      'trap save EXIT',
      this.#ofReader(block),
    ].join('\n');
    const { stdout } = await run('bash', ['-e', '-c', script], {
      cwd,
      env: { ...env, STATE: this.#state },
      timeout,
    });
    return stdout;
  }
}

/**
 * Whether an output is the one that a page shows. `...` stands for any text in a line, and in a line of its own for any lines; JSON may be
 * laid out in another way.
 */
export function isShown(shown: string, output: string): boolean {
  const [wanted, got] = [jsonOf(shown), jsonOf(output)];
  if (wanted !== undefined && got !== undefined) return isLike(wanted, got);
  const pattern = shown
    .trim()
    .split('\n')
    .map((line) => (line === '...' ? '[\\s\\S]*' : line.split('...').map(escaped).join('.*')))
    .join('\n');
  return new RegExp(`^${pattern}$`).test(output.trim());
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLike(wanted: unknown, got: unknown): boolean {
  if (wanted === '...') return typeof got === 'string';
  if (typeof wanted !== 'object' || wanted === null || typeof got !== 'object' || got === null) {
    return wanted === got;
  }
  const keys = Object.keys(wanted);
  const entries = new Map<string, unknown>(Object.entries(got));
  return (
    keys.length === entries.size &&
    Object.entries(wanted).every(([key, value]) => entries.has(key) && isLike(value, entries.get(key)))
  );
}

/**
 * The state file of a client: read once, written seldom, and always whole. Whatever is wrong with it is a warning; the application goes on.
 * Node's file system is loaded only when somebody names a file, so that the package runs where there is none.
 */
import type { StateFileOwner } from '../client/state-file.ts';
import { LineReader } from '../frames/lines.ts';
import { reasonOf } from './reason-of.ts';

const PAUSE_BETWEEN_WRITES_MS = 1_000;
/** A large file takes its time: writing may take one of so many milliseconds. */
const SHARE_OF_WRITING = 100;
const MODE = 0o600;
const NEWLINE = new TextEncoder().encode('\n');
/** As a bundle. */
const MOST_BYTES = 256 * 1024 * 1024;
/** What is written at once: a few milliseconds of work. */
const PIECE_BYTES = 256 * 1024;

export interface KeptFileOptions<State> {
  readonly path: string;
  readonly owner: StateFileOwner;
  /** What the lines hold, or the end of a sentence that says why they are not used. */
  readonly read: (lines: readonly string[], owner: StateFileOwner) => State | string;
  /** The lines of a file. The state must not change while they are taken. */
  readonly lines: (state: State, owner: StateFileOwner) => Iterable<string>;
  /** Takes what the file holds. */
  readonly onRead: (state: State) => void;
  /** What is to be written, which does not change any more; undefined when there is nothing to write at the moment. */
  readonly state: () => State | undefined;
  readonly onWarning: (message: string) => void;
}

export class KeptFile<State extends object> {
  readonly #options: KeptFileOptions<State>;
  /** Absolute once the file was looked for: the application may change its folder. */
  #path: string;
  readonly #loaded: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #pauseMs = PAUSE_BETWEEN_WRITES_MS;
  #isDirty = false;
  #isLoaded = false;
  #writtenAt: number | undefined;

  constructor(options: KeptFileOptions<State>) {
    this.#options = options;
    this.#path = options.path;
    this.#loaded = this.#load();
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** When this process wrote it last. */
  get writtenAt(): number | undefined {
    return this.#writtenAt;
  }

  /** Resolves when the file has been read, if there is one. Never rejects. */
  loaded(): Promise<void> {
    return this.#loaded;
  }

  /** Something has changed: it is written within a second, or later where the file is so large that this takes its time. */
  changed(): void {
    this.#isDirty = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), this.#pauseMs);
    // A program that has nothing else to do shall end; `close` writes what is left.
    if (typeof this.#timer === 'object') this.#timer.unref();
  }

  /** Writes now what has changed. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #load(): Promise<void> {
    const { owner, read: readLines, onRead, onWarning } = this.#options;
    try {
      // Before anything is waited for: it is the folder in which the client is made that counts.
      const folder = process.cwd();
      const { resolve } = await import('node:path');
      this.#path = resolve(folder, this.#path);
      const lines = await linesOf(this.#path);
      const read = typeof lines === 'string' ? lines : readLines(lines, owner);
      if (typeof read === 'string') onWarning(`The state file ${this.#path} ${read}; it is not used.`);
      else onRead(read);
    } catch (error) {
      if (isMissing(error)) return;
      onWarning(`The state file ${this.#path} cannot be read: ${reasonOf(error)}`);
    } finally {
      this.#isLoaded = true;
    }
  }

  async #write(): Promise<void> {
    await this.#loaded;
    const state = this.#isDirty ? this.#options.state() : undefined;
    if (state === undefined) return;
    this.#isDirty = false;
    const began = performance.now();
    try {
      await writeWhole(this.#path, this.#options.lines(state, this.#options.owner));
      this.#writtenAt = Date.now();
    } catch (error) {
      this.#options.onWarning(`The state file ${this.#path} cannot be written: ${reasonOf(error)}`);
    }
    this.#pauseMs = Math.max(PAUSE_BETWEEN_WRITES_MS, (performance.now() - began) * SHARE_OF_WRITING);
  }
}

async function linesOf(path: string): Promise<readonly string[] | string> {
  const { readFile, stat } = await import('node:fs/promises');
  await requireRegular(path);
  if ((await stat(path)).size > MOST_BYTES) return 'is too large';
  const reader = new LineReader();
  // A file that was edited by hand may lack the end of its last line.
  return [...reader.read(await readFile(path)), ...reader.read(NEWLINE)];
}

/** A reader sees the old lines or the new ones, also after a loss of power: beside it, flushed, then renamed. */
async function writeWhole(path: string, lines: Iterable<string>): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  await requireRegular(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', MODE);
    try {
      let piece = '';
      for (const line of lines) {
        piece += line;
        if (piece.length < PIECE_BYTES) continue;
        await file.writeFile(piece);
        piece = '';
      }
      await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A pipe would be read for ever, and a device such as /dev/null would be replaced by a file. @throws Error */
async function requireRegular(path: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  if (!(await stat(path)).isFile()) throw new Error('it is not a regular file');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * The snapshot file of a client: read once, written seldom, and always whole. Whatever is wrong with it is a warning; the application goes on.
 * Node's file system is loaded only when somebody names a file, so that the package runs where there is none.
 */
import { reasonOf } from './errors.ts';
import type { Kept, KeptPrograms } from './kept-programs.ts';
import { readSnapshot, writeSnapshot } from './snapshot-text.ts';

const PAUSE_BETWEEN_WRITES_MS = 1_000;
const MODE = 0o600;

export class SnapshotFile {
  /** Absolute once the file was looked for: the application may change its folder. */
  #path: string;
  readonly #host: string;
  readonly #kept: KeptPrograms;
  readonly #warn: (message: string) => void;
  readonly #loaded: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isDirty = false;
  #isLoaded = false;

  constructor(path: string, host: string, kept: KeptPrograms, warn: (message: string) => void) {
    this.#path = path;
    this.#host = host;
    this.#kept = kept;
    this.#warn = warn;
    this.#loaded = this.#load();
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Resolves when the file has been read, if there is one. Never rejects. */
  loaded(): Promise<void> {
    return this.#loaded;
  }

  /** Something has changed: it is written within a second. */
  changed(): void {
    this.#isDirty = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), PAUSE_BETWEEN_WRITES_MS);
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
    try {
      // Before anything is waited for: it is the folder in which the client is made that counts.
      const folder = process.cwd();
      const { resolve } = await import('node:path');
      this.#path = resolve(folder, this.#path);
      await requireRegular(this.#path);
      const { readFile } = await import('node:fs/promises');
      const read = readSnapshot(await readFile(this.#path, 'utf8'), this.#host);
      if (typeof read === 'string') this.#warn(`The snapshot ${this.#path} ${read}; it is not used.`);
      else for (const entry of read) this.#keep(entry);
    } catch (error) {
      if (isMissing(error)) return;
      this.#warn(`The snapshot ${this.#path} cannot be read: ${reasonOf(error)}`);
    } finally {
      this.#isLoaded = true;
    }
  }

  #keep(entry: Kept): void {
    if (this.#kept.get(entry) === undefined) this.#kept.set(entry);
  }

  async #write(): Promise<void> {
    await this.#loaded;
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await writeWhole(this.#path, writeSnapshot(this.#host, this.#kept.all()));
    } catch (error) {
      this.#warn(`The snapshot ${this.#path} cannot be written: ${reasonOf(error)}`);
    }
  }
}

/** A reader sees the old text or the new one, also after a loss of power: beside it, flushed, then renamed. */
async function writeWhole(path: string, text: string): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  await requireRegular(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', MODE);
    try {
      await file.writeFile(text);
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

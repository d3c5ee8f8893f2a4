/** The bundle that a client starts from: read when the client is made, and where there is no px0 again whenever the file changes. */
import type { Clock } from '../client/environment.ts';
import type { Replica } from '../client/replica.ts';
import { reasonOf } from './reason-of.ts';

/** How often a file that is watched is looked at. */
const LOOK_AGAIN_AFTER_MS = 10_000;

export interface BundleFileOptions {
  readonly file: string;
  readonly keys: readonly string[];
  readonly clock: Clock;
  readonly isWatched: boolean;
  /** What is to be read before. Never rejects. */
  readonly after: Promise<void> | undefined;
  /** Takes what a bundle holds, and when it was made, in milliseconds since 1970. */
  readonly onRead: (replica: Replica, createdAt: number) => void;
  readonly onWarning: (message: string) => void;
}

export class BundleFile {
  readonly #options: BundleFileOptions;
  readonly #loaded: Promise<void>;
  /** Absolute once the file was looked for: the application may change its folder. */
  #path: string;
  /** What tells that the file is another one. */
  #seen = '';
  #callOff: (() => void) | undefined;
  #isClosed = false;

  constructor(options: BundleFileOptions) {
    this.#options = options;
    this.#path = options.file;
    this.#loaded = this.#begin();
  }

  /** Resolves when the file has been looked at. Never rejects. */
  loaded(): Promise<void> {
    return this.#loaded;
  }

  close(): void {
    this.#isClosed = true;
    this.#callOff?.();
  }

  async #begin(): Promise<void> {
    try {
      // Before anything is waited for: it is the folder in which the client is made that counts.
      const folder = process.cwd();
      const { resolve } = await import('node:path');
      this.#path = resolve(folder, this.#path);
    } catch (error) {
      this.#options.onWarning(`The bundle ${this.#path} cannot be read: ${reasonOf(error)}`);
      return;
    }
    await this.#options.after;
    await this.#look();
  }

  async #look(): Promise<void> {
    const { clock, isWatched, onWarning } = this.#options;
    try {
      await this.#read();
    } catch (error) {
      const message = `The bundle ${this.#path} cannot be read: ${reasonOf(error)}`;
      if (this.#seen !== message) onWarning(message);
      this.#seen = message;
    }
    if (isWatched && !this.#isClosed)
      this.#callOff = clock.after(LOOK_AGAIN_AFTER_MS, () => void this.#look());
  }

  async #read(): Promise<void> {
    const { keys, clock, onRead, onWarning } = this.#options;
    const { readFile, stat } = await import('node:fs/promises');
    const { MOST_BUNDLE_BYTES, readBundle } = await import('../bundle/mod.ts');
    const found = await stat(this.#path);
    // A pipe would be read for ever.
    if (!found.isFile()) throw new Error('it is not a regular file');
    const { ino, mtimeMs, size } = found;
    const seen = [ino, mtimeMs, size].join();
    if (seen === this.#seen) return;
    // Before it is read: a file that is replaced meanwhile is another one.
    this.#seen = seen;
    const { now, turn } = clock;
    const isTooLarge = size > MOST_BUNDLE_BYTES;
    const read = isTooLarge
      ? 'bundle is too large'
      : await readBundle(await readFile(this.#path), { keys, now: now(), turn });
    if (typeof read === 'string') onWarning(`The ${read} (${this.#path}); it is not used.`);
    else if (!this.#isClosed) onRead(read.replica, read.createdAt);
  }
}

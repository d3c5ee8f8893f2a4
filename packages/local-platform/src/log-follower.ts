/** `--verbose`: prints what the processes append to their log files, each line with the name of its process. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const pollMs = 200;

export class LogFollower {
  readonly #folder: string;
  readonly #print: (text: string) => void;
  readonly #positions = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(folder: string, print: (text: string) => void) {
    this.#folder = folder;
    this.#print = print;
  }

  /** Starts at the current end of each file. */
  async start(): Promise<void> {
    for (const file of await this.#files())
      this.#positions.set(file, (await stat(join(this.#folder, file))).size);
    this.#timer = setInterval(() => {
      this.#reading = this.#reading.then(() => this.#read()).catch(() => undefined);
    }, pollMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
    await this.#read().catch(() => undefined);
  }

  async #read(): Promise<void> {
    for (const file of await this.#files()) {
      const handle = await open(join(this.#folder, file));
      try {
        const { size } = await handle.stat();
        const known = this.#positions.get(file) ?? 0;
        const from = size < known ? 0 : known;
        if (size === from) continue;
        const { buffer, bytesRead } = await handle.read({
          buffer: Buffer.alloc(size - from),
          position: from,
        });
        // Only whole lines, because the last one may be half written.
        const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
        this.#positions.set(file, from + end);
        const name = file.replace(/\.log$/, '');
        for (const line of buffer.toString('utf8', 0, end).split('\n')) {
          if (line !== '') this.#print(`${name} | ${line}\n`);
        }
      } finally {
        await handle.close();
      }
    }
  }

  async #files(): Promise<string[]> {
    return (await readdir(this.#folder).catch(() => [])).filter((file) => file.endsWith('.log'));
  }
}

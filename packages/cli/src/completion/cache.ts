/**
 * What px0 has said for completions, kept in files that only their owner can read. A shell starts the command anew for each press of TAB, so memory would not do.
 * A file is named by a digest of host, credential and question: neither another person's answers nor a secret can be read from it.
 * See docs/decisions/219-what-the-command-line-remembers.md.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.ts';
import type { Candidate } from './candidates.ts';

/** How long an answer counts. */
const FRESH_MS = 60_000;
/** A px0 that does not answer is left alone for so long: the next press of TAB shall not wait again. */
const FAILURE_MS = 10_000;
/** Of one answer, the first so many are kept and offered. */
const MOST_CANDIDATES = 2_000;

interface Kept {
  readonly until: number;
  readonly candidates: readonly Candidate[];
}

export class CompletionCache {
  readonly #folder: string;
  readonly #now: () => number;

  constructor(env: NodeJS.ProcessEnv, now: () => number = Date.now) {
    const base = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
    this.#folder = join(base, 'px0', 'completion');
    this.#now = now;
  }

  /** The answer to the question, asked at most once a minute. What cannot be kept is asked again. */
  async remembered(
    question: readonly string[],
    ask: () => Promise<readonly Candidate[]>,
  ): Promise<readonly Candidate[]> {
    const name = `${createHash('sha256').update(JSON.stringify(question)).digest('hex')}.json`;
    const kept = await this.#read(name);
    if (kept !== undefined && kept.until > this.#now() && kept.until <= this.#now() + FRESH_MS)
      return kept.candidates;
    try {
      const candidates = (await ask()).slice(0, MOST_CANDIDATES);
      await this.#write(name, { until: this.#now() + FRESH_MS, candidates });
      return candidates;
    } catch {
      await this.#write(name, { until: this.#now() + FAILURE_MS, candidates: [] });
      return [];
    }
  }

  /** What was kept is of before a change. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }

  async #read(name: string): Promise<Kept | undefined> {
    try {
      const kept: unknown = JSON.parse(await readFile(join(this.#folder, name), 'utf8'));
      return isKept(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  async #write(name: string, kept: Kept): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#removeOld();
      replaceFile(join(this.#folder, name), {
        content: JSON.stringify(kept),
        temporary: join(this.#folder, `.${process.pid}.tmp`),
        mode: 0o600,
      });
    } catch {
      // A folder that cannot be written costs speed, and nothing else.
    }
  }

  async #removeOld(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path);
      if (mtimeMs < this.#now() - FRESH_MS) await unlink(path);
    }
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('until' in value) || !('candidates' in value))
    return false;
  const { until, candidates } = value;
  return typeof until === 'number' && Array.isArray(candidates) && candidates.every(isCandidate);
}

function isCandidate(value: unknown): value is Candidate {
  if (typeof value !== 'object' || value === null || !('value' in value) || !('about' in value)) return false;
  return typeof value.value === 'string' && typeof value.about === 'string';
}

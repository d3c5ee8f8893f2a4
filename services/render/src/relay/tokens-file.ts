/** The callers of a relay that are listed in a file, one line of JSON for each. The file is looked at again and again; one that is wrong changes nothing. */
import { readFile, stat } from 'node:fs/promises';
import { parseUuid } from '@px0/contracts';
import { ConfigError, type Logger } from '@px0/service-kit';
import { z } from 'zod';
import type { RelayToken } from './relay-access.ts';

/** How often the file is looked at. */
const LOOK_AGAIN_AFTER_MS = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/i)
  .transform((text) => text.toLowerCase());
const patterns = z.array(z.string().min(1).max(255)).max(20);

const limits = z
  .strictObject({
    slugs: patterns.min(1).exactOptional(),
    refs: z.strictObject({ live: z.boolean(), tags: patterns }).exactOptional(),
  })
  .refine(({ slugs, refs }) => slugs !== undefined || refs !== undefined);

const common = {
  name: z.string().min(1).max(200),
  team_ids: z.array(z.string().transform(uuidOf)).max(1_000).optional(),
};

/** The digest of a token with limits has a name of its own: a relay that knows no limits finds the line wrong, instead of leaving them out. */
const line = z.union([
  z.object({
    ...common,
    sha256: digest,
    narrow_sha256: z.undefined().optional(),
    limits: z.undefined().optional(),
  }),
  z.object({ ...common, sha256: z.undefined().optional(), narrow_sha256: digest, limits }),
]);

const FORM = '{"name", "sha256", "team_ids"?} or {"name", "narrow_sha256", "limits", "team_ids"?}';

export class TokensFile {
  readonly #path: string;
  readonly #onTokens: (tokens: readonly RelayToken[]) => void;
  readonly #logger: Logger;
  /** What tells that the file is another one. */
  #seen = '';
  #fault = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(path: string, onTokens: (tokens: readonly RelayToken[]) => void, logger: Logger) {
    this.#path = path;
    this.#onTokens = onTokens;
    this.#logger = logger;
  }

  /** @throws ConfigError when the file cannot be read, or is wrong */
  async start(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      throw new ConfigError(`RELAY_TOKENS_FILE cannot be used: ${faultOf(error)}.`);
    }
    this.#later();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#again(), LOOK_AGAIN_AFTER_MS).unref();
  }

  async #again(): Promise<void> {
    try {
      await this.#look();
      this.#fault = '';
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== this.#fault)
        this.#logger.warn({ fault }, 'the tokens file cannot be used; the tokens before it stay');
      this.#fault = fault;
    }
    this.#later();
  }

  async #look(): Promise<void> {
    const found = await stat(this.#path);
    // A pipe would be read for ever.
    if (!found.isFile()) throw new Error('it is not a regular file');
    const { ino, mtimeMs, size } = found;
    const seen = [ino, mtimeMs, size].join();
    if (seen === this.#seen) return;
    if (size > MOST_BYTES) throw new Error('it is too large');
    const tokens = tokensIn(await readFile(this.#path, 'utf8'));
    this.#seen = seen;
    if (!this.#isClosed) this.#onTokens(tokens);
  }
}

/** @throws Error that names the line and repeats nothing of it */
function tokensIn(text: string): RelayToken[] {
  return text.split('\n').flatMap((one, index) => {
    if (one.trim() === '') return [];
    const read = line.safeParse(parsed(one));
    if (!read.success || read.data.team_ids?.includes('') === true)
      throw new Error(`line ${index + 1} is no token: ${FORM}`);
    const { name, sha256, narrow_sha256, team_ids: teamIds, limits } = read.data;
    return [{ name, sha256: sha256 ?? narrow_sha256 ?? '', teamIds, limits }];
  });
}

/** Empty for what is no UUID. */
function uuidOf(text: string): string {
  return parseUuid(text) ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'it does not exist';
  return error instanceof Error ? error.message : String(error);
}

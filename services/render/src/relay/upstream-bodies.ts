/** The contents of versions, for a relay: those that were delivered, and of the others what the upstream answers when it is asked. */
import { errorCatalog, type ProgramState } from '@px0/contracts';
import type { Transport } from '@px0/delivery';
import { revisionHeaders } from '@px0/event-bus';
import { type BodySource, type VersionBody, VersionGoneError } from '../bodies/mod.ts';
import { DeliveredPromptEntry, type PromptEntry } from '../prompts/mod.ts';

/** For the whole answer. A render waits for it. */
const PATIENCE_MS = 10_000;
/** Of an answer. A version has at most a few MiB. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface UpstreamBodiesOptions {
  readonly promptById: (promptId: string) => PromptEntry | undefined;
  readonly transport: Transport;
}

export class UpstreamBodies implements BodySource {
  readonly #options: UpstreamBodiesOptions;

  constructor(options: UpstreamBodiesOptions) {
    this.#options = options;
  }

  /** @throws VersionGoneError */
  async fetch(promptId: string, number: number, fromLeader: boolean): Promise<VersionBody | undefined> {
    const prompt = this.#options.promptById(promptId);
    if (!(prompt instanceof DeliveredPromptEntry)) return undefined;
    const [, , revision] = prompt.versionRow(number) ?? [number, '', 0];
    const content = prompt.content(number);
    if (content !== undefined) {
      const { schema, ...program } = content;
      return {
        revision,
        program: { ...program, ...(schema != null && { schema }) } as ProgramState,
        compares: true,
      };
    }
    // There is one upstream: asked twice it would say the same.
    return fromLeader ? undefined : this.#ask(prompt, number, revision);
  }

  async #ask(prompt: PromptEntry, number: number, revision: number): Promise<VersionBody | undefined> {
    const query = new URLSearchParams({ version: `${number}`, include: 'program', team_id: prompt.teamId });
    const answer = await this.#options.transport({
      path: `/v1/prompts/${encodeURIComponent(prompt.slug)}?${query}`,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const value = parsed(await textOf(answer.body));
    // Only px0 itself knows what does not exist; and it must not be behind.
    const isOfPx0 = answer.header(revisionHeaders.revision) !== null;
    const isStale = answer.header(revisionHeaders.stale) !== null;
    if (answer.status === 404 && isOfPx0 && !isStale && isGone(value)) throw new VersionGoneError();
    if (answer.status !== 200) return undefined;
    const { prompt: named, version } = objectOf(value);
    const { version: answered, status, template, program, input_schema } = objectOf(version);
    if (objectOf(named)['id'] !== prompt.id || answered !== number) return undefined;
    const { schema: _, ...found } = objectOf(program ?? { template });
    if (typeof found['template'] !== 'string') return undefined;
    return {
      revision,
      program: {
        ...found,
        ...(isObject(input_schema) && { schema: input_schema }),
      } as unknown as ProgramState,
      compares: true,
      ...(status === 'draft' && { isPassing: true }),
    };
  }
}

function isGone(value: unknown): boolean {
  const { error } = objectOf(value);
  return error === errorCatalog.versionNotFound.message || error === errorCatalog.promptNotFound.message;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error('the answer is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

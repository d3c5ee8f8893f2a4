/** Builders of test data through the API, and readers of its replies. They fail loudly, so a test only says what it is about. */
import { randomUUID } from 'node:crypto';
import { schemas, type Wire } from '@px0/contracts';
import type { Bearer, CaughtUpReply as Reply, RunningOwner } from '@px0/testing';
import { z } from 'zod';

const promptReply = z.object({ prompt: schemas.Prompt });
const versionReply = z.object({ version: schemas.PromptVersion });
const payloadReply = z.object({ payload: schemas.PromptPayload });

export function promptOf(reply: Reply): Wire<'Prompt'> {
  return promptReply.parse(reply.body).prompt;
}

export function versionOf(reply: Reply): Wire<'PromptVersion'> {
  return versionReply.parse(reply.body).version;
}

export function payloadOf(reply: Reply): Wire<'PromptPayload'> {
  return payloadReply.parse(reply.body).payload;
}

export type State = 'draft' | 'stable' | 'live' | 'archived';

export class Prompts {
  readonly #registry: RunningOwner;

  constructor(registry: RunningOwner) {
    this.#registry = registry;
  }

  /** A prompt with a unique name; `fields` override the defaults. */
  async create(by: Bearer, teamId: string, fields: Record<string, unknown> = {}): Promise<Wire<'Prompt'>> {
    return promptOf(
      await this.#must(by, 'POST', `/v1/teams/${teamId}/prompts`, {
        name: `Prompt ${randomUUID()}`,
        ...fields,
      }),
    );
  }

  /** A prompt whose versions hold these, all of them stable but the first, which is live. */
  async createWith(
    by: Bearer,
    teamId: string,
    fields: Record<string, unknown>,
    ...contents: readonly object[]
  ): Promise<string> {
    const { id } = await this.create(by, teamId, fields);
    for (const [index, content] of contents.entries()) {
      await this.#must(by, 'POST', `/v1/prompts/${id}/versions`, content);
      await this.promote(by, id, index + 1);
    }
    await this.promote(by, id, 1);
    return id;
  }

  async createVersion(
    by: Bearer,
    promptId: string,
    template = 'Hello {{.name}}',
  ): Promise<Wire<'PromptVersion'>> {
    return versionOf(await this.#must(by, 'POST', `/v1/prompts/${promptId}/versions`, { template }));
  }

  /** A prompt whose event would outgrow its bound with one version or tag more. */
  async createFull(by: Bearer, teamId: string): Promise<Wire<'Prompt'>> {
    const prompt = await this.create(by, teamId);
    // JSON writes a control character with six bytes: half of the bound is the live template.
    await this.versionIn(by, prompt.id, 'live', '\u0001'.repeat(524_288));
    for (const first of [1, 20_001, 40_001]) {
      await this.#registry.pool.query(
        `insert into prompt_tags (prompt_id, tag, version)
         select $1, repeat('x', 40) || lpad(n::text, 10, '0'), 1 from generate_series($2::int, $2::int + 19999) n`,
        [prompt.id, first],
      );
    }
    return prompt;
  }

  /** A version brought into a state by the operations that lead there. */
  async versionIn(
    by: Bearer,
    promptId: string,
    state: State,
    template?: string,
  ): Promise<Wire<'PromptVersion'>> {
    const version = await this.createVersion(by, promptId, template);
    const steps = { draft: [], stable: ['promote'], live: ['promote', 'promote'], archived: ['archive'] }[
      state
    ];
    for (const step of steps)
      await this.#must(by, 'POST', `/v1/prompts/${promptId}/versions/${version.version}/${step}`);
    return version;
  }

  promote(by: Bearer, promptId: string, version: number): Promise<Reply> {
    return this.#must(by, 'POST', `/v1/prompts/${promptId}/versions/${version}/promote`);
  }

  async tag(by: Bearer, promptId: string, version: number, tag: string): Promise<void> {
    await this.#must(by, 'POST', `/v1/prompts/${promptId}/versions/${version}/tags`, { tag });
  }

  async createPayload(
    by: Bearer,
    promptId: string,
    body: Record<string, unknown>,
  ): Promise<Wire<'PromptPayload'>> {
    return payloadOf(await this.#must(by, 'POST', `/v1/prompts/${promptId}/payloads`, body));
  }

  async #must(by: Bearer, method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await this.#registry.call(by, method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  }
}

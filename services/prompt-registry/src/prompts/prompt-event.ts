/**
 * A prompt's event: its whole public state, read back from the rows of the very transaction that changed them, so what is published is
 * what was committed. It carries the live version's template, hence a promotion is one message.
 */
import type { PromptId, StateOf, TagTable, VersionTriple } from '@px0/contracts';
import { EventTooLargeError, type Outbox } from '@px0/event-bus';
import { ApiError } from '@px0/service-kit';
import { onlyRow, type Tx } from '../database/db.ts';

interface StateRow {
  readonly team_id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: 'active' | 'archived';
  readonly created_at: string;
  readonly updated_at: string;
  readonly live_number: number | null;
  readonly live_template: string | null;
  readonly tags: TagTable;
  readonly versions: VersionTriple[];
}

export class PromptPublisher {
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Puts the prompt's present state into the outbox. Call it last in the transaction of every change.
   *
   * @throws ApiError tooManyVersionsOrTags when the stream could not carry the event: at about 100,000 versions or tags
   */
  async changed(tx: Tx, promptId: PromptId): Promise<void> {
    const state = await readState(tx, promptId);
    try {
      await this.#outbox.put(tx, 'prompt', promptId, state);
    } catch (error) {
      if (error instanceof EventTooLargeError) throw new ApiError('tooManyVersionsOrTags', { cause: error });
      throw error;
    }
  }
}

async function readState(tx: Tx, promptId: PromptId): Promise<StateOf<'prompt'>> {
  const row = onlyRow(
    await tx.$queryRaw<StateRow[]>`
      select p.team_id, p.slug, p.name, p.status,
        wire_time(p.created_at) as created_at, wire_time(p.updated_at) as updated_at,
        live.version as live_number, live.template as live_template,
        coalesce((select json_object_agg(t.tag, t.version) from prompt_tags t where t.prompt_id = p.id), '{}') as tags,
        coalesce((
          select json_agg(json_build_array(v.version, v.status, v.body_revision) order by v.version)
          from prompt_versions v where v.prompt_id = p.id), '[]') as versions
      from prompts p
      left join prompt_versions live on live.prompt_id = p.id and live.status = 'live'
      where p.id = ${promptId}::uuid`,
  );
  const { live_number: number, live_template: template, ...state } = row;
  return { ...state, live: number === null || template === null ? null : { number, template } };
}

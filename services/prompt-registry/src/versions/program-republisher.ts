/**
 * The loop that publishes prompts again that were published without their contract, or whose live program was without its messages or its
 * configuration: by a process of the release before, which knows the template alone, during a rolling deployment or after a way back.
 */
import { stateSubject } from '@px0/contracts';
import { type BackgroundOptions, onlyRow, type Progress, sql } from '@px0/owner';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';

export interface ProgramRepublisherDependencies {
  readonly changes: Changes;
}

/** Prompts in a step. */
const STEP_SIZE = 100;
/** What finds something is a deployment, after which it looks at once. */
const PAUSE_MS = 300_000;
/** A transaction may commit so much later than it wrote. */
const SLOWEST_COMMIT = '10 minutes';

export function programRepublisher({
  changes,
}: ProgramRepublisherDependencies): Omit<BackgroundOptions, 'logger'> {
  const republisher = new ProgramRepublisher(changes);
  return {
    name: 'program republisher',
    step: () => republisher.step(),
    pauseMs: PAUSE_MS,
    jitter: 0.2,
  };
}

class ProgramRepublisher {
  readonly #changes: Changes;
  /** What was published before has been looked at: only the first look of a process goes through the events of all live chats. */
  #seenUntil = '-infinity';

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  async step(): Promise<Progress> {
    const { seenUntil, found } = await this.#changes.make(
      systemActor,
      (change) => republishSome(change, this.#seenUntil),
      'relay',
    );
    if (found >= STEP_SIZE) return 'more';
    this.#seenUntil = seenUntil;
    return 'none';
  }
}

/**
 * The events are not parsed: what has no backslash before its quotes is no part of a text, and in an event only a live program has a list of
 * the first name, or a text of the second. Only the prompt itself has a text called `contract`, or a schema, which is published with it.
 */
async function republishSome(change: Change, since: string): Promise<{ seenUntil: string; found: number }> {
  const { seenUntil } = onlyRow(
    await change.query<{ seenUntil: string }>(
      sql`SELECT (clock_timestamp() - ${SLOWEST_COMMIT}::interval)::text AS "seenUntil"`,
    ),
  );
  // Writing the row as it is names the prompt to the change, which publishes what differs from what was published.
  const written = await change.write<{ id: string }>(
    'prompt',
    ({ id }) => id,
    sql`
      WITH without_contract AS (
        SELECT locked.id FROM prompts locked
        JOIN outbox o ON o.subject = ${stateSubject('prompt', '')} || locked.id::text
        WHERE locked.contract <> 'off' AND o.changed_at > ${since}::timestamptz AND o.payload IS NOT NULL
          AND strpos(o.payload, '"contract":"') = 0
        LIMIT ${STEP_SIZE}::int FOR NO KEY UPDATE OF locked SKIP LOCKED),
      without_program AS (
        SELECT locked.id FROM prompt_versions v
        JOIN outbox o ON o.subject = ${stateSubject('prompt', '')} || v.prompt_id::text
        JOIN prompts locked ON locked.id = v.prompt_id
        WHERE v.status = 'live' AND (v.outline IS NOT NULL OR v.config IS NOT NULL)
          AND o.changed_at > ${since}::timestamptz AND o.payload IS NOT NULL
          AND ((v.outline IS NOT NULL AND strpos(o.payload, '"outline":[') = 0)
            OR (v.config IS NOT NULL AND strpos(o.payload, '"config":"') = 0))
        LIMIT ${STEP_SIZE}::int FOR NO KEY UPDATE OF locked SKIP LOCKED)
      UPDATE prompts p SET updated_at = p.updated_at
      WHERE p.id IN (SELECT id FROM without_contract UNION SELECT id FROM without_program)
      RETURNING p.id`,
  );
  return { seenUntil, found: written.length };
}

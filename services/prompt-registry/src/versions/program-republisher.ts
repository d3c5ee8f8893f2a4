/**
 * The loop that publishes prompts again whose live program was published without its messages or its configuration: by a process of the
 * release before, which knows the template alone, during a rolling deployment or after a way back.
 */
import { stateSubject } from '@px0/contracts';
import { type BackgroundOptions, type Progress, sql } from '@px0/owner';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';

export interface ProgramRepublisherDependencies {
  readonly changes: Changes;
}

/** Prompts in a step. */
const STEP_SIZE = 100;
/** It looks at every live chat, so not often; what finds something is a deployment, after which it looks at once. */
const PAUSE_MS = 300_000;

export function programRepublisher({
  changes,
}: ProgramRepublisherDependencies): Omit<BackgroundOptions, 'logger'> {
  return {
    name: 'program republisher',
    step: () => changes.make(systemActor, republishSome, 'relay'),
    pauseMs: PAUSE_MS,
    jitter: 0.2,
  };
}

async function republishSome(change: Change): Promise<Progress> {
  // Writing the row as it is names the prompt to the change, which publishes what differs from what was published.
  const written = await change.write<{ id: string }>(
    'prompt',
    ({ id }) => id,
    sql`
      UPDATE prompts p SET updated_at = p.updated_at WHERE p.id IN (
        SELECT locked.id FROM prompt_versions v
        JOIN outbox o ON o.subject = ${stateSubject('prompt', '')} || v.prompt_id::text
        JOIN prompts locked ON locked.id = v.prompt_id
        WHERE v.status = 'live' AND (v.outline IS NOT NULL OR v.config IS NOT NULL) AND o.payload IS NOT NULL
          AND ((v.outline IS NOT NULL AND o.payload::json -> 'live' -> 'outline' IS NULL)
            OR (v.config IS NOT NULL AND o.payload::json -> 'live' -> 'config' IS NULL))
        LIMIT ${STEP_SIZE}::int FOR NO KEY UPDATE OF locked SKIP LOCKED)
      RETURNING p.id`,
  );
  return written.length < STEP_SIZE ? 'none' : 'more';
}

/**
 * The loop that gathers the words of prompts where they are unknown: prompts that are older than the search of contents, and those whose
 * versions a process of the release before has changed.
 * See docs/decisions/168-folders-and-notes.md.
 */
import {
  Background,
  type BackgroundOptions,
  type Lookout,
  type Progress,
  WATCHED_PAUSE_MS,
} from '@px0/owner';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';
import { ARE_UNGATHERED, claimUngathered, gatherContent } from './content-store.ts';

export interface ContentGathererDependencies extends Pick<BackgroundOptions, 'logger'> {
  readonly changes: Changes;
  readonly lookout: Pick<Lookout, 'watch'>;
}

/** Prompts in a step, whose writers wait for it. */
const STEP_SIZE = 200;
/** A step of long prompts ends early. */
const STEP_MS = 500;
const RETRY_MS = 30_000;

export function contentGatherer({ changes, lookout, logger }: ContentGathererDependencies): Background {
  const loop = new Background({
    name: 'content gatherer',
    logger,
    step: () => changes.make(systemActor, gatherSome, 'relay'),
    pauseMs: WATCHED_PAUSE_MS,
    retryMs: RETRY_MS,
    jitter: 0.2,
  });
  // During a rolling deployment, processes of the release before go on making words unknown.
  lookout.watch(ARE_UNGATHERED, () => loop.wake());
  return loop;
}

async function gatherSome(change: Change): Promise<Progress> {
  const until = performance.now() + STEP_MS;
  const ids = await claimUngathered(change, STEP_SIZE);
  for (const id of ids) {
    await gatherContent(change, id);
    if (performance.now() > until) return 'more';
  }
  return ids.length < STEP_SIZE ? 'none' : 'more';
}

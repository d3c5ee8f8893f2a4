/** All that a replica holds as frames, the way a snapshot gives them: what state files and bundles are made of. */
import type { Frame } from '../frames/frame.ts';
import { asLine } from '../frames/write-frame.ts';
import type { Replica } from './replica.ts';

/** The lines of a whole transfer; none of a replica that has no revision. */
export function* transferLines(replica: Replica): Generator<string, void> {
  const { last } = replica;
  if (last === undefined) return;
  const teams = [...replica.teamIds].map((team_id) => ({
    team_id,
    revision: replica.revisionOf(team_id) ?? last,
  }));
  for (const { team_id, revision } of teams) {
    yield asLine({ type: 'begin', team_id, base: null });
    for (const prompt of replica.promptsOf(team_id).values())
      yield asLine({ type: 'put', team_id, revision, prompt });
  }
  const { text: digest, count } = replica.digest();
  yield asLine({ type: 'sync', revision: last, digest, count, key_expires_at: null, teams });
}

/** Applies a frame of a transfer; false when it cannot be part of one, or does not add up. A frame of a later px0 is skipped. */
export function appliesToTransfer(replica: Replica, frame: Frame | undefined): boolean {
  if (frame === undefined) return true;
  return ['begin', 'put', 'delete', 'sync'].includes(frame.type) && replica.apply(frame) === undefined;
}

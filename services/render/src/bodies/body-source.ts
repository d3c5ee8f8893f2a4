/** Where the programs of versions come from that are in no event. */
import type { ProgramState } from '@px0/contracts';

/** A version's program as the stream holds it. */
export interface VersionBody {
  readonly revision: number;
  readonly program: ProgramState;
}

/** `fromLeader` asks the stream's leader, which has everything that was ever acknowledged. */
export interface BodySource {
  fetch(promptId: string, number: number, fromLeader: boolean): Promise<VersionBody | undefined>;
}

/** A body of at least that revision, of any replica or else of the leader; undefined when it cannot be had at the moment. */
export async function fetchBody(
  source: BodySource,
  promptId: string,
  number: number,
  revision: number,
): Promise<VersionBody | undefined> {
  for (const fromLeader of [false, true]) {
    // Away or slow counts as not there.
    const body = await source.fetch(promptId, number, fromLeader).catch(() => undefined);
    if (body !== undefined && body.revision >= revision) return body;
  }
  return undefined;
}

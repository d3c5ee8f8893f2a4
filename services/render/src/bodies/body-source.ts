/** Where the programs of versions come from that are in no event. */
import type { ProgramState } from '@px0/contracts';
import type { VersionContent } from '../prompts/mod.ts';

/** A version's program as the stream holds it. */
export interface VersionBody {
  readonly revision: number;
  readonly program: ProgramState;
  /** Its revision compares with those of the present version tables: false when it may be lost, since the database went back after it. */
  readonly compares: boolean;
  /** Its text may change under its revision, so it is used once. */
  readonly isPassing?: true;
}

/** Whoever has all versions says that there is none of that number. */
export class VersionGoneError extends Error {
  override readonly name = 'VersionGoneError';
}

/** `fromLeader` asks the stream's leader, which has everything that was ever acknowledged. */
export interface BodySource {
  /** @throws VersionGoneError; any other error means that it cannot be had at the moment */
  fetch(promptId: string, number: number, fromLeader: boolean): Promise<VersionBody | undefined>;
}

/** A body's schema is what its author wants; one without is of a version that wants what its program needs. */
export function contentOf({ program }: VersionBody): VersionContent {
  return { ...program, schema: program.schema ?? null };
}

/** A body of at least that revision, of any replica or else of the leader; undefined when it cannot be had at the moment. Of what may be lost, only the very revision counts: the database has it. @throws VersionGoneError */
export async function fetchBody(
  source: BodySource,
  promptId: string,
  number: number,
  revision: number,
): Promise<VersionBody | undefined> {
  for (const fromLeader of [false, true]) {
    // Away or slow counts as not there.
    const body = await source.fetch(promptId, number, fromLeader).catch((error: unknown) => {
      if (error instanceof VersionGoneError) throw error;
      return undefined;
    });
    if (body !== undefined && isAsNewAs(body, revision)) return body;
  }
  return undefined;
}

function isAsNewAs(body: VersionBody, revision: number): boolean {
  return body.revision === revision || (body.compares && body.revision > revision);
}

/** What a pass of the view has changed, as those who tell it to listeners get it. */
import type { DeliveredEntry } from './delivered-entry.ts';
import type { DeliveredTeam } from './delivered-team.ts';

/** How a prompt has changed in one team. */
export interface TeamChange {
  readonly before: DeliveredEntry | undefined;
  readonly after: DeliveredEntry | undefined;
}

/** What one pass has changed in one team. */
export interface TeamBatch {
  readonly team: DeliveredTeam;
  readonly prev: string;
  readonly revision: string;
  readonly digest: string;
  readonly count: number;
  readonly changes: readonly TeamChange[];
}

/** What one pass has changed. */
export interface Batch {
  /** Everything up to this has been shown when the batch has been. */
  readonly sequence: number;
  readonly teams: ReadonlyMap<string, TeamBatch>;
  /** When the earliest of its events was written, in milliseconds since 1970. */
  readonly since: number;
}

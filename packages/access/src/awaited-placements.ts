/**
 * Which new users have not reached the team that their registration named. Tenancy places them a moment after identity has published them; until then
 * the user's own event is the only sign that a membership is on its way, and a refusal for the lack of it would be wrong.
 * See docs/decisions/055-requests-that-race-sagas.md.
 */
import type { StateOf, TeamId, UserId } from '@px0/contracts';

/** Tenancy places a user within milliseconds. A user this old who is in no team has left it, or the team is gone. */
const YOUNG_MS = 60_000;
/** More registrations in one minute than this are not followed: their callers may be refused too early, as anyone was before. */
const MOST_FOLLOWED = 10_000;

interface Placement {
  readonly teamId: TeamId;
  readonly until: number;
  arrived: boolean;
}

export class AwaitedPlacements {
  /** In the order of registration, so that the oldest come first. */
  readonly #placements = new Map<UserId, Placement>();
  readonly #now: () => number;

  /** `now` is the clock, in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Follows a user who was registered into a team within the last minute; any other user, and one followed already, changes nothing. */
  noteUser(id: UserId, { placement, created_at }: StateOf<'user'>): void {
    if (placement.kind !== 'team' || this.#placements.has(id)) return;
    const until = Date.parse(created_at) + YOUNG_MS;
    // A clock that is ahead must not make a user young for long.
    if (!(until > this.#now()) || until > this.#now() + 2 * YOUNG_MS) return;
    this.#forgetOld();
    if (this.#placements.size >= MOST_FOLLOWED) return;
    this.#placements.set(id, { teamId: placement.team_id, until, arrived: false });
  }

  /** True but for a minute after a registration. */
  get isEmpty(): boolean {
    this.#forgetOld();
    return this.#placements.size === 0;
  }

  /** A membership began, changed or ended: from now on its events decide. */
  noteMembership(userId: UserId, teamId: TeamId): void {
    const placement = this.#placements.get(userId);
    if (placement?.teamId === teamId) placement.arrived = true;
  }

  /** The team that the user is on the way to; undefined for nearly everyone. */
  teamAwaitedBy(userId: UserId): TeamId | undefined {
    const placement = this.#placements.get(userId);
    return placement === undefined || placement.arrived || placement.until <= this.#now()
      ? undefined
      : placement.teamId;
  }

  clear(): void {
    this.#placements.clear();
  }

  #forgetOld(): void {
    for (const [id, { until }] of this.#placements) {
      if (until > this.#now()) return;
      this.#placements.delete(id);
    }
  }
}

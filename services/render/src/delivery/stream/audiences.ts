/** What callers are delivered: those who see the same teams, and the same prompts of them, are sent the same bytes. */
import { Digest, type MarkedTeam } from '@px0/delivery';
import { digestOf, type Selection, selects } from '../view/audience.ts';
import type { Batch, DeliveryView, TeamBatch, TeamChange } from '../view/delivery-view.ts';
import { addTo, removeFrom } from './sets.ts';

/** A team of a batch as an audience is shown it. */
export interface ShownTeam extends MarkedTeam {
  readonly changes: readonly TeamChange[];
}

/** A team of which the audience sees some prompts only. */
interface Part {
  revision: string;
  readonly digest: Digest;
}

/** `Member`: what listens. */
export class Audience<Member = unknown> implements Selection {
  readonly key: string;
  readonly teamIds: readonly string[];
  readonly slugs: ReadonlySet<string> | undefined;
  readonly connections = new Set<Member>();
  readonly #view: DeliveryView;
  /** Without slugs, the teams' own revisions and digests are the audience's. */
  readonly #parts = new Map<string, Part>();
  #pending: Batch | undefined;
  #shown: readonly ShownTeam[] = [];

  /** All of its teams are ready. */
  constructor(view: DeliveryView, { teamIds, slugs }: Selection) {
    this.key = audienceKey({ teamIds, slugs });
    this.teamIds = teamIds;
    this.slugs = slugs;
    this.#view = view;
    if (slugs === undefined) return;
    for (const teamId of teamIds) {
      const team = view.team(teamId);
      if (team !== undefined)
        this.#parts.set(teamId, { revision: team.revision, digest: digestOf(team, this) });
    }
  }

  /** A batch has been taken over into the view; it has some of the teams. */
  expect(batch: Batch): void {
    this.#pending = batch;
  }

  /** What the batch is to this audience. Those that see whole teams share it. */
  shown(batch: Batch): readonly ShownTeam[] {
    if (this.slugs === undefined)
      return this.teamIds.flatMap((teamId) => batch.teams.get(teamId) ?? []).map(wholeTeam);
    this.#advance();
    return this.#shown;
  }

  /** The digest of everything that is delivered to it. */
  get digest(): Digest {
    this.#advance();
    const digest = new Digest();
    for (const teamId of this.teamIds) {
      const part = this.slugs === undefined ? this.#view.team(teamId) : this.#parts.get(teamId);
      if (part !== undefined) digest.addAll(part.digest);
    }
    return digest;
  }

  /** The revision of a team, as the next mark will name it. */
  revisionOf(teamId: string): string {
    this.#advance();
    return this.#parts.get(teamId)?.revision ?? this.#view.team(teamId)?.revision ?? this.#view.revisionAt(0);
  }

  /** A new epoch has been shown: the teams' revisions are those of the view. */
  settleEpoch(): void {
    this.#advance();
    for (const [teamId, part] of this.#parts)
      part.revision = this.#view.team(teamId)?.revision ?? part.revision;
  }

  /** Of what has changed in the teams, takes what it sees. */
  #advance(): void {
    const batch = this.#pending;
    if (batch === undefined || this.slugs === undefined) return;
    this.#pending = undefined;
    this.#shown = this.teamIds.flatMap((teamId) => {
      const whole = batch.teams.get(teamId);
      const part = this.#parts.get(teamId);
      return whole === undefined || part === undefined ? [] : this.#partOf(whole, part);
    });
  }

  #partOf(whole: TeamBatch, part: Part): ShownTeam[] {
    const changes = whole.changes
      .map(({ before, after }): TeamChange => {
        const isSeen = (entry: TeamChange['before']) => entry !== undefined && selects(this, entry);
        return { before: isSeen(before) ? before : undefined, after: isSeen(after) ? after : undefined };
      })
      .filter(({ before, after }) => before !== undefined || after !== undefined);
    if (changes.length === 0) return [];
    for (const { before, after } of changes) {
      if (before !== undefined) part.digest.remove(before.fingerprint);
      if (after !== undefined) part.digest.add(after.fingerprint);
    }
    const prev = part.revision;
    part.revision = whole.revision;
    const { text: digest, count } = part.digest;
    return [{ team_id: whole.team.id, prev, revision: whole.revision, digest, count, changes }];
  }
}

function wholeTeam({ team, prev, revision, digest, count, changes }: TeamBatch): ShownTeam {
  return { team_id: team.id, prev, revision, digest, count, changes };
}

function audienceKey({ teamIds, slugs }: Selection): string {
  return slugs === undefined ? teamIds.join() : `${teamIds.join()}/${[...slugs].sort().join()}`;
}

/** The audiences that have connections. */
export class Audiences<Member> {
  readonly #view: DeliveryView;
  readonly #byKey = new Map<string, Audience<Member>>();
  readonly #byTeam = new Map<string, Set<Audience<Member>>>();

  constructor(view: DeliveryView) {
    this.#view = view;
  }

  get size(): number {
    return this.#byKey.size;
  }

  all(): Iterable<Audience<Member>> {
    return this.#byKey.values();
  }

  /** Whether somebody listens to the team. */
  hasTeam(teamId: string): boolean {
    return this.#byTeam.has(teamId);
  }

  /** The audience of a selection, all of whose teams are ready. It stays while it has connections. */
  of(selection: Selection): Audience<Member> {
    const known = this.#byKey.get(audienceKey(selection));
    if (known !== undefined) return known;
    const audience = new Audience<Member>(this.#view, selection);
    this.#byKey.set(audience.key, audience);
    for (const teamId of audience.teamIds) addTo(this.#byTeam, teamId, audience);
    return audience;
  }

  /** Forgets the audience if it has no connections. */
  release(audience: Audience<Member>): void {
    if (audience.connections.size > 0 || this.#byKey.get(audience.key) !== audience) return;
    this.#byKey.delete(audience.key);
    for (const teamId of audience.teamIds) removeFrom(this.#byTeam, teamId, audience);
  }

  /** Those that see something of the batch. */
  concernedBy(batch: Batch): Audience<Member>[] {
    const found = new Set<Audience<Member>>();
    for (const teamId of batch.teams.keys())
      for (const audience of this.#byTeam.get(teamId) ?? []) found.add(audience);
    return [...found];
  }
}

/** What callers are delivered: those who see the same teams, and the same prompts of them, are sent the same bytes. */
import { Digest, type MarkedTeam } from '@px0/delivery/server';
import { digestOf, isOfWholeTeams, type Selection, selected } from '../view/audience.ts';
import type { Batch, TeamBatch, TeamChange } from '../view/batch.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import { addTo, removeFrom, shortKey } from './sets.ts';

/** A team of a batch as an audience is shown it. */
export interface ShownTeam extends MarkedTeam {
  readonly changes: readonly TeamChange[];
}

/** A team of which the audience sees some prompts only. */
interface Part {
  revision: string;
  readonly digest: Digest;
}

/** The teams that some callers see. There may be thousands of them, so the audiences that differ in their slugs only have one list. */
interface TeamList<Member> {
  readonly key: string;
  /** Ascending. */
  readonly ids: readonly string[];
  readonly set: ReadonlySet<string>;
  readonly audiences: Set<Audience<Member>>;
}

/** `Member`: what listens. */
export class Audience<Member = unknown> implements Selection {
  readonly key: string;
  readonly slugs: Selection['slugs'];
  readonly limits: Selection['limits'];
  /** Whether it is shown whole teams as they are. */
  readonly isOfWholeTeams: boolean;
  readonly connections = new Set<Member>();
  readonly list: TeamList<Member>;
  readonly #view: DeliveryView;
  /** Of the teams in which it has seen a prompt. Where it sees whole teams, the teams' own revisions and digests are the audience's. */
  readonly #parts = new Map<string, Part>();
  /** What is said to be the revision of the other teams: that of its beginning, whatever has happened there out of its sight. */
  #ofRest: string;
  #pending: Batch | undefined;
  #shown: readonly ShownTeam[] = [];

  /** All of its teams are ready. */
  constructor(
    view: DeliveryView,
    key: string,
    list: TeamList<Member>,
    { slugs, limits }: Pick<Selection, 'slugs' | 'limits'>,
  ) {
    this.key = key;
    this.list = list;
    this.slugs = slugs;
    this.limits = limits;
    this.isOfWholeTeams = isOfWholeTeams({ teamIds: list.ids, slugs, limits });
    this.#view = view;
    this.#ofRest = view.revisionAt(view.watermark);
    if (this.isOfWholeTeams) return;
    for (const teamId of list.ids) {
      const team = view.team(teamId);
      const digest = team && digestOf(team, this);
      if (digest !== undefined && digest.count > 0)
        this.#parts.set(teamId, { revision: this.#ofRest, digest });
    }
  }

  get teamIds(): readonly string[] {
    return this.list.ids;
  }

  /** A batch has been taken over into the view; it has some of the teams. */
  expect(batch: Batch): void {
    this.#pending = batch;
  }

  /** What the batch is to this audience. Those that see whole teams share it. */
  shown(batch: Batch): readonly ShownTeam[] {
    if (this.isOfWholeTeams) return this.#teamsOf(batch).map(wholeTeam);
    this.#advance();
    return this.#shown;
  }

  /** The digest of everything that is delivered to it. */
  get digest(): Digest {
    this.#advance();
    const digest = new Digest();
    if (!this.isOfWholeTeams) for (const part of this.#parts.values()) digest.addAll(part.digest);
    else
      for (const teamId of this.teamIds) {
        const team = this.#view.team(teamId);
        if (team !== undefined) digest.addAll(team.digest);
      }
    return digest;
  }

  /** The revision of a team, as the next mark will name it. */
  revisionOf(teamId: string): string {
    if (this.isOfWholeTeams) return this.#view.team(teamId)?.revision ?? this.#view.revisionAt(0);
    this.#advance();
    return this.#parts.get(teamId)?.revision ?? this.#ofRest;
  }

  /** A new epoch has been shown: no revision of the old one is said any more. */
  settleEpoch(): void {
    this.#advance();
    this.#ofRest = this.#view.revisionAt(this.#view.watermark);
    for (const part of this.#parts.values()) part.revision = this.#ofRest;
  }

  #teamsOf(batch: Batch): TeamBatch[] {
    return [...batch.teams.values()].filter(({ team }) => this.list.set.has(team.id));
  }

  /** Of what has changed in the teams, takes what it sees. */
  #advance(): void {
    const batch = this.#pending;
    if (batch === undefined || this.isOfWholeTeams) return;
    this.#pending = undefined;
    this.#shown = this.#teamsOf(batch).flatMap((whole) => this.#partOf(whole));
  }

  #partOf(whole: TeamBatch): ShownTeam[] {
    const seen = (entry: TeamChange['before']) => entry && selected(this, entry);
    const changes = whole.changes
      .map(({ before, after }): TeamChange => ({ before: seen(before), after: seen(after) }))
      // What changes out of its sight is no change, of a prompt that it sees neither.
      .filter(({ before, after }) => before?.fingerprint !== after?.fingerprint);
    if (changes.length === 0) return [];
    const part = this.#parts.get(whole.team.id) ?? { revision: this.#ofRest, digest: new Digest() };
    this.#parts.set(whole.team.id, part);
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

/** The audiences that have connections. */
export class Audiences<Member> {
  readonly #view: DeliveryView;
  readonly #byKey = new Map<string, Audience<Member>>();
  readonly #lists = new Map<string, TeamList<Member>>();
  readonly #listsByTeam = new Map<string, Set<TeamList<Member>>>();

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
    return this.#listsByTeam.has(teamId);
  }

  /** The audience of a selection, all of whose teams are ready. It stays while it has connections. */
  of({ teamIds, slugs, limits }: Selection): Audience<Member> {
    const listKey = shortKey(teamIds.join());
    const some = [...(slugs === undefined ? [] : [[...slugs].sort().join()]), limits?.text ?? ''].join('/');
    const key = slugs === undefined && limits === undefined ? listKey : shortKey(`${listKey}/${some}`);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const list = this.#lists.get(listKey) ?? this.#newList(listKey, teamIds);
    const audience = new Audience<Member>(this.#view, key, list, { slugs, limits });
    this.#byKey.set(key, audience);
    list.audiences.add(audience);
    return audience;
  }

  /** Forgets the audience if it has no connections. */
  release(audience: Audience<Member>): void {
    if (audience.connections.size > 0 || this.#byKey.get(audience.key) !== audience) return;
    this.#byKey.delete(audience.key);
    const { list } = audience;
    list.audiences.delete(audience);
    if (list.audiences.size > 0) return;
    this.#lists.delete(list.key);
    for (const teamId of list.ids) removeFrom(this.#listsByTeam, teamId, list);
  }

  /** Those that see something of the batch. */
  concernedBy(batch: Batch): Audience<Member>[] {
    const lists = new Set<TeamList<Member>>();
    for (const teamId of batch.teams.keys())
      for (const list of this.#listsByTeam.get(teamId) ?? []) lists.add(list);
    return [...lists].flatMap(({ audiences }) => [...audiences]);
  }

  #newList(key: string, ids: readonly string[]): TeamList<Member> {
    const list = { key, ids, set: new Set(ids), audiences: new Set<Audience<Member>>() };
    this.#lists.set(key, list);
    for (const teamId of ids) addTo(this.#listsByTeam, teamId, list);
    return list;
  }
}

/**
 * A small world to test delivery in: teams, prompts, one key, and the order of everything that happens to them. What is true at any moment follows from
 * the log alone, so every client and every server can be compared with it.
 */
import { fingerprint } from '../fingerprint.ts';
import type { DeliveredPrompt } from '../frames/frame.ts';

/** What a prompt is after an event; undefined when it is deleted. */
export interface PromptFact {
  readonly team: string;
  readonly value: number;
}

export type WorldEvent =
  | { readonly kind: 'prompt'; readonly id: string; readonly fact: PromptFact | undefined }
  /** The teams that the key may read from now on. */
  | { readonly kind: 'audience'; readonly teams: readonly string[] };

/** Content of a team: fingerprints by prompt. */
export type Content = ReadonlyMap<string, ReadonlyMap<string, string>>;

export class World {
  readonly log: WorldEvent[] = [];

  constructor(audience: readonly string[]) {
    this.log.push({ kind: 'audience', teams: audience });
  }

  /** How many events there are; each event's place, from 1 on, is its sequence. */
  get head(): number {
    return this.log.length;
  }

  /** Appends an event, unless it changes nothing. */
  write(event: WorldEvent): void {
    const view = viewAt(this, this.head);
    if (event.kind === 'prompt') {
      const before = view.prompts.get(event.id)?.fact;
      if (before?.team === event.fact?.team && before?.value === event.fact?.value) return;
    }
    this.log.push(event);
  }
}

export interface View {
  audience: ReadonlySet<string>;
  readonly prompts: Map<string, { readonly fact: PromptFact; readonly sequence: number }>;
}

/** What is true once the first `position` events have happened. */
export function viewAt({ log }: World, position: number): View {
  const view: View = { audience: new Set(), prompts: new Map() };
  for (let index = 0; index < position; index += 1) applyTo(view, log[index], index + 1);
  return view;
}

export function applyTo(view: View, event: WorldEvent | undefined, sequence: number): void {
  if (event?.kind === 'audience') view.audience = new Set(event.teams);
  else if (event?.fact !== undefined) view.prompts.set(event.id, { fact: event.fact, sequence });
  else if (event !== undefined) view.prompts.delete(event.id);
}

/** What a client must hold that has been shown everything of these teams. */
export function contentOf(view: View, teams: Iterable<string> = view.audience): Content {
  const content = new Map<string, Map<string, string>>([...teams].map((team) => [team, new Map()]));
  for (const [id, { fact, sequence }] of view.prompts) {
    content.get(fact.team)?.set(id, deliveredOf(id, fact, sequence).etag);
  }
  return content;
}

/** A delivered prompt that also says, in a key that clients do not know, when it became what it is. */
export function deliveredOf(id: string, { team, value }: PromptFact, sequence: number): DeliveredPrompt {
  const facts = { id, slug: id, status: 'active', live: value, tags: {} };
  const createdAt = '2026-01-01T00:00:00Z';
  const etag = fingerprint({
    ...facts,
    teamId: team,
    createdAt,
    versions: [{ number: value, status: 'live', bodyRevision: value, isPending: false }],
  });
  const versions = [{ version: value, status: 'live', template: `${id} ${value}`, language: 1 }];
  return { ...facts, created_at: createdAt, versions, etag, ...{ sequence } };
}

/** The sequence that `deliveredOf` has put into a prompt. */
export function sequenceOf(prompt: DeliveredPrompt): number {
  return 'sequence' in prompt ? Number(prompt.sequence) : 0;
}

/** A revision of the one epoch that there is. */
export function revisionAt(sequence: number): string {
  return btoa(`1:1790000000000:${sequence}`).replaceAll('=', '');
}

export function sequenceOfRevision(revision: string): number {
  return Number(atob(revision).split(':')[2]);
}

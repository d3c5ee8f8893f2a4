/** What scenarios are made of: prompts, frames and steps in few words. */
import { createHash } from 'node:crypto';
import {
  type DeliveredPrompt,
  type DeliveredVersion,
  Digest,
  type Frame,
  type HeartbeatFrame,
  type HelloFrame,
} from '../../src/mod.ts';
import type {
  ExpectedError,
  ExpectedResult,
  Scenario,
  ScenarioAnswer,
  ScenarioOptions,
  ScenarioStep,
} from './scenario.ts';

/** A revision: its sequence, in the usual epoch or another. */
export function R(sequence: number, epoch = 5): string {
  return btoa(`1:${epoch}:${sequence}`).replaceAll('=', '');
}

export const A = 'aaaaaaaa-0000-4000-8000-000000000000';
export const B = 'bbbbbbbb-0000-4000-8000-000000000000';

/** The fingerprint is of the content, so that another content is another fingerprint. */
export function prompt(
  slug: string,
  changes: Partial<DeliveredPrompt> & Readonly<Record<string, unknown>> = {},
): DeliveredPrompt {
  const content = {
    id: `00000000-0000-4000-8000-${createHash('sha256').update(slug).digest('hex').slice(0, 12)}`,
    slug,
    status: 'active',
    created_at: '2025-01-01T00:00:00Z',
    live: 1,
    tags: {},
    versions: [version(1, `${slug} 1`)],
    ...changes,
  };
  return {
    ...content,
    etag: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16),
  };
}

/** A prompt whose live version has a number and says so. */
export function live(slug: string, number: number): DeliveredPrompt {
  return prompt(slug, { live: number, versions: [version(number, `${slug} ${number}`)] });
}

export function version(
  number: number,
  template: string | null,
  changes: Partial<DeliveredVersion> = {},
): DeliveredVersion {
  return { version: number, status: 'live', template, language: 1, ...changes };
}

export function digestOf(...prompts: readonly DeliveredPrompt[]): {
  readonly digest: string;
  readonly count: number;
} {
  const digest = new Digest();
  for (const { etag } of prompts) digest.add(etag);
  return { digest: digest.text, count: digest.count };
}

export function hello(changes: Partial<HelloFrame> = {}): Frame {
  return {
    type: 'hello',
    protocol: 1,
    resumed: false,
    stale: false,
    heartbeat_ms: 15_000,
    retry_ms: [0, 2_000],
    ...changes,
  };
}

export function begin(team_id: string, base: string | null = null): Frame {
  return { type: 'begin', team_id, base };
}

export function put(team_id: string, sequence: number, what: DeliveredPrompt): Frame {
  return { type: 'put', team_id, revision: R(sequence), prompt: what };
}

export function gone(team_id: string, sequence: number, what: DeliveredPrompt): Frame {
  return { type: 'delete', team_id, revision: R(sequence), prompt_id: what.id };
}

export function drop(team_id: string): Frame {
  return { type: 'drop', team_id };
}

/** A mark of one team: from which sequence to which, and what is in it then. */
export function mark(
  team_id: string,
  from: number,
  to: number,
  ...prompts: readonly DeliveredPrompt[]
): Frame {
  return {
    type: 'mark',
    revision: R(to),
    teams: [{ team_id, prev: R(from), revision: R(to), ...digestOf(...prompts) }],
  };
}

/** Teams by the sequence of their last change, and all prompts in them. */
export function sync(
  sequence: number,
  teams: Readonly<Record<string, number>>,
  ...prompts: readonly DeliveredPrompt[]
): Frame {
  return {
    type: 'sync',
    revision: R(sequence),
    ...digestOf(...prompts),
    key_expires_at: null,
    teams: Object.entries(teams).map(([team_id, at]) => ({ team_id, revision: R(at) })),
  };
}

export function heartbeat(
  sequence: number,
  prompts: readonly DeliveredPrompt[],
  stale = false,
): HeartbeatFrame {
  return { type: 'heartbeat', revision: R(sequence), ...digestOf(...prompts), stale };
}

export function goaway(
  changes: {
    readonly retry_ms?: readonly [number, number];
    readonly grace_ms?: number;
    readonly reason?: string;
  } = {},
): Frame {
  return { type: 'goaway', reason: 'drain', retry_ms: [0, 2_000], grace_ms: 10_000, ...changes };
}

export const STREAM = { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } };
export const SNAPSHOT = { status: 200, headers: { 'content-type': 'application/x-ndjson; charset=utf-8' } };

/** An answer of px0 that is no delivery. */
export function said(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): ScenarioAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'px0-revision': R(10), ...headers },
    body: JSON.stringify({ error }),
  };
}

/** What a client says of itself: where it left off, and what it must not fall behind. */
export function resume(last: number, floor = last): Readonly<Record<string, string>> {
  return { 'last-event-id': R(last), ...notBefore(floor) };
}

export function notBefore(floor: number, epoch?: number): Readonly<Record<string, string>> {
  return { 'px0-min-revision': R(floor, epoch), 'px0-consistency': 'require' };
}

export function connect(
  at: number,
  headers: Readonly<Record<string, string>> = {},
  answer: ScenarioAnswer = STREAM,
  path = '/v1/delivery/stream',
): ScenarioStep {
  return { at, connect: { path, headers }, answer };
}

export function frames(at: number, ...all: readonly Frame[]): readonly ScenarioStep[] {
  return all.map((frame) => ({ at, frame }));
}

export function framesOn(on: number, at: number, ...all: readonly Frame[]): readonly ScenarioStep[] {
  return all.map((frame) => ({ at, frame, on }));
}

/** All of the teams, from the beginning: at sequence 10 each. */
export function whole(
  teams: Readonly<Record<string, readonly DeliveredPrompt[]>>,
  sequence = 10,
): readonly Frame[] {
  const entries = Object.entries(teams);
  return [
    ...entries.flatMap(([team, prompts]) => [begin(team), ...prompts.map((one) => put(team, sequence, one))]),
    sync(
      sequence,
      Object.fromEntries(entries.map(([team]) => [team, sequence])),
      ...entries.flatMap(([, prompts]) => prompts),
    ),
  ];
}

/** A stream that has just delivered all of these teams, at sequence 10. */
export function opened(teams: Readonly<Record<string, readonly DeliveredPrompt[]>>): readonly ScenarioStep[] {
  return [connect(0), ...frames(0, hello(), ...whole(teams))];
}

type Render = Extract<ScenarioStep, { readonly render: unknown }>['render'];

export function renders(
  at: number,
  what: string | Render,
  text: string,
  result: ExpectedResult = {},
): ScenarioStep {
  return { at, render: typeof what === 'string' ? { slug: what } : what, result: { text, ...result } };
}

export function fails(at: number, what: string | Render, error: ExpectedError): ScenarioStep {
  return { at, render: typeof what === 'string' ? { slug: what } : what, error };
}

export function isGone(at: number, what: string | Render, message = 'prompt not found'): ScenarioStep {
  return fails(at, what, { class: 'NotFoundError', status: 404, message });
}

export function asksPx0(at: number, what: string | Render): ScenarioStep {
  return { at, render: typeof what === 'string' ? { slug: what } : what, remote: true };
}

export function status(at: number, expected: Readonly<Record<string, unknown>>): ScenarioStep {
  return { at, status: expected };
}

export function scenario(
  id: string,
  about: string,
  steps: readonly (ScenarioStep | readonly ScenarioStep[])[],
  more: { readonly options?: Partial<ScenarioOptions>; readonly files?: Scenario['files'] } = {},
): Scenario {
  const { options, files } = more;
  return {
    id,
    about,
    options: { mode: 'stream', ...options },
    ...(files && { files }),
    steps: steps.flat() as ScenarioStep[],
  };
}

/** Marks a scenario of a server that is not px0, or not as it is meant to be, with the reason. */
export function foreign(why: string, { id, about, ...rest }: Scenario): Scenario {
  return { id, about, foreign: why, ...rest };
}

export const BY_THE_WAY = 'Something between the client and px0 answers.';
export const FAULT = 'A fault of px0, or of what carries its frames.';
export const NOT_ITS_FORM = 'px0 writes each frame as one event, or one line, of one form.';
export const LATER_PX0 = 'Only a later px0 says this.';
export const ONE_TRANSFER = 'px0 says nothing else within a transfer.';

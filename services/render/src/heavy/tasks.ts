/** What the worker threads of a render process do. Loaded by each of them: only what a render needs. */
import { deserialize, serialize } from 'node:v8';
import { type BodyOf, parseBodyText, routes } from '@px0/contracts';
import type { Task, Thread } from '@px0/heavy-renders/thread';
import { type Program, TemplateSyntaxError } from '@px0/template';
import { failureOf, type RenderOptions, type RenderRequest, renderedJson } from '../rendering/thread.ts';

/** What to render with: the body of a request as it came, or the variables of a batch's item, serialised. */
export type RenderInput =
  | { readonly body: Uint8Array }
  | { readonly variables: Uint8Array; readonly options: RenderOptions | undefined };

export interface RenderOrder {
  readonly program: Program;
  readonly input: RenderInput;
  /** The answer's JSON before and behind the rendered text. */
  readonly head: string;
  readonly tail: string;
}

/** The whole answer in UTF-8, or why there is none. */
export type RenderOutcome =
  | { readonly answer: Uint8Array }
  | {
      readonly refusal:
        | 'invalidRequestBody'
        | 'invalidVariables'
        | 'templateParseError'
        | 'templateExecutionFailed';
      readonly detail?: string;
    };

const encoder = new TextEncoder();

const render: Task<RenderOrder, RenderOutcome> = ({ program, input, head, tail }, thread) => {
  const request = requestOf(input);
  if (request === undefined) return { refusal: 'invalidRequestBody' };
  try {
    const rendered = renderedJson(thread.templates.of(program), request, thread.meter);
    return { answer: moved(encoder.encode(`${head}${rendered}${tail}`), thread) };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { refusal: 'templateParseError' };
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return { refusal: failure.code, detail: failure.detail };
  }
};

function requestOf(input: RenderInput): RenderRequest | undefined {
  if ('body' in input) return parseBodyText(routes.renderLive, textOf(input.body));
  return { variables: deserialize(input.variables), options: input.options };
}

/** Enough for every prompt of one agent's step; an answer stays of a size that a client likes to wait for. */
export const MAX_RENDERS = 100;

type Batch = BodyOf<typeof routes.renderBatch>;
export type BatchItem = NonNullable<Batch['renders']>[number];

/** A batch whose items have their variables serialised, so that the main thread need not look at them. */
export type ParsedBatch =
  | {
      readonly renders:
        | readonly (Omit<BatchItem, 'variables'> & { readonly serialized: Uint8Array })[]
        | undefined;
    }
  | { readonly refusal: 'invalidRequestBody' | 'tooManyRenders' };

const parseBatch: Task<{ readonly body: Uint8Array }, ParsedBatch> = ({ body }, thread) => {
  const batch = parseBodyText(routes.renderBatch, textOf(body));
  if (batch === undefined) return { refusal: 'invalidRequestBody' };
  // A body has room for a million items, which take seconds to be handed over.
  if ((batch.renders?.length ?? 0) > MAX_RENDERS) return { refusal: 'tooManyRenders' };
  const renders = batch.renders?.map(({ variables, ...item }) => ({
    ...item,
    serialized: moved(new Uint8Array(serialize(variables ?? {})), thread),
  }));
  return { renders };
};

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function moved(bytes: Uint8Array, thread: Thread): Uint8Array {
  thread.transfer(bytes.buffer);
  return bytes;
}

export const tasks = { render, parseBatch };

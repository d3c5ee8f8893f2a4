/** What the worker threads of a render process do. Loaded by each of them: only what a render needs. */
import { deserialize, serialize } from 'node:v8';
import { BadBody, type BodyOf, bodyOrHint, type Hint, routes, usageLimits } from '@px0/contracts';
import type { Task, Thread } from '@px0/heavy-renders/thread';
import { compileJudge } from '@px0/input-contract';
import { type CompiledProgram, JsonPieces, type Program, TemplateSyntaxError } from '@px0/template';
import type { ContractPolicy, KnownSchema } from '../prompts/thread.ts';
import {
  missingVariables,
  ownJsonBytes,
  policyOf,
  type RenderOptions,
  type RenderRequest,
  run,
  Warned,
  withMisplaced,
} from '../rendering/thread.ts';

/** What to render with: the body of a request as it came, or the variables of a batch's item, serialised. */
export type RenderInput =
  | { readonly body: Uint8Array }
  | { readonly variables: Uint8Array; readonly options: RenderOptions | undefined };

export interface RenderOrder {
  readonly program: Program;
  readonly input: RenderInput;
  readonly contract: OrderedContract;
  /** The answer's JSON before and behind the rendered text. */
  readonly head: string;
  readonly tail: string;
  /** Whether the answer itself says what the variables violate, as items of a batch do. */
  readonly isItem: boolean;
}

/** How strictly the variables are judged if the request does not say, and by what. */
interface OrderedContract {
  readonly policy: ContractPolicy | undefined;
  readonly schema: KnownSchema;
  /** Whether it is to be learnt before the variables are judged. */
  readonly lacksSchema: boolean;
}

/** The whole answer in UTF-8, or why there is none. */
export type RenderOutcome =
  | { readonly answer: Uint8Array; readonly contract?: string }
  | {
      readonly refusal:
        | 'invalidRequestBody'
        | 'invalidVariables'
        | 'templateParseError'
        | 'templateExecutionFailed';
      readonly detail?: string;
      readonly contract?: string | undefined;
      readonly hint?: Hint | undefined;
    }
  | { readonly needsSchema: true };

const render: Task<RenderOrder, RenderOutcome> = (order, thread) => {
  const { program, contract, head, tail, isItem } = order;
  const request = requestOf(order.input);
  if (request instanceof BadBody) return { refusal: 'invalidRequestBody', hint: request.hint };
  const compiled = compiledOrBroken(program, thread);
  if (compiled === 'broken') return { refusal: 'templateParseError' };
  const policy = policyOf(contract.policy, request.options?.contract);
  if (policy !== undefined && contract.lacksSchema) return { needsSchema: true };
  const ran = run(
    compiled,
    request,
    thread.meter,
    policy && { policy, judge: compileJudge(contract.schema ?? compiled.inputSchema) },
  );
  if (typeof ran === 'string' || ran instanceof JsonPieces)
    return { answer: moved(ownJsonBytes(head, ran, tail), thread) };
  if (!(ran instanceof Warned)) {
    const { code: refusal, detail, contract } = ran;
    const missing =
      refusal === 'templateExecutionFailed' ? missingVariables(compiled, request, detail) : undefined;
    const hint = withMisplaced({ hint: missing, contract }, () => sentBeside(order.input));
    return { refusal, detail, contract, hint };
  }
  const member = isItem ? `,"contract":${ran.contract}` : '';
  const answer = moved(ownJsonBytes(head, ran.rendered, `${member}${tail}`), thread);
  return { answer, contract: ran.contract };
};

function compiledOrBroken(program: Program, thread: Thread): CompiledProgram | 'broken' {
  try {
    return thread.templates.of(program);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return 'broken';
    throw error;
  }
}

function requestOf(input: RenderInput): RenderRequest | BadBody {
  if ('body' in input) return bodyOrHint(routes.renderLive, textOf(input.body));
  return { variables: deserialize(input.variables), options: input.options };
}

/** The body as it was sent, with what no field is for. */
function sentBeside(input: RenderInput): unknown {
  return 'body' in input ? JSON.parse(textOf(input.body)) : undefined;
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
  | { readonly refusal: 'invalidRequestBody' | 'tooManyRenders'; readonly hint?: Hint };

const parseBatch: Task<{ readonly body: Uint8Array }, ParsedBatch> = ({ body }, thread) => {
  const batch = bodyOrHint(routes.renderBatch, textOf(body));
  if (batch instanceof BadBody) return { refusal: 'invalidRequestBody', hint: batch.hint };
  // A body has room for a million items, which take seconds to be handed over.
  if ((batch.renders?.length ?? 0) > MAX_RENDERS) return { refusal: 'tooManyRenders' };
  const renders = batch.renders?.map(({ variables, ...item }) => ({
    ...item,
    serialized: moved(new Uint8Array(serialize(variables ?? {})), thread),
  }));
  return { renders };
};

type Reports = NonNullable<BodyOf<typeof routes.reportUsage>['reports']>;

/** The reports of a body, serialised one by one, so that the main thread reads them one by one. */
export type ParsedReports =
  | { readonly reports: readonly Uint8Array[] | undefined }
  | { readonly refusal: 'invalidRequestBody' | 'tooManyReports'; readonly hint?: Hint };

const parseReports: Task<{ readonly body: Uint8Array }, ParsedReports> = ({ body }, thread) => {
  const parsed = bodyOrHint(routes.reportUsage, textOf(body));
  if (parsed instanceof BadBody) return { refusal: 'invalidRequestBody', hint: parsed.hint };
  if ((parsed.reports?.length ?? 0) > usageLimits.reports) return { refusal: 'tooManyReports' };
  const reports = parsed.reports?.map((report) => moved(new Uint8Array(serialize(report)), thread));
  return { reports };
};

/** A report as `parseReports` has serialised it. */
export function reportOf(bytes: Uint8Array): Reports[number] {
  return deserialize(bytes);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function moved(bytes: Uint8Array, thread: Thread): Uint8Array {
  thread.transfer(bytes.buffer);
  return bytes;
}

export const tasks = { render, parseBatch, parseReports };

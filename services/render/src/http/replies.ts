/**
 * Writes the answer of a render with as little work as possible: every part that does not depend on the request is serialised
 * in advance.
 */
import type { ServerResponse } from 'node:http';
import { JsonPieces } from '@px0/template';
import type { RenderableVersion } from '../prompts/mod.ts';
import type { Rendered } from '../rendering/mod.ts';

/** What an answer says about the request and the process's state, in addition to the rendered text. */
export interface AnswerContext {
  /** The caller's own id of the request; one is made only for a refusal, which can be looked up in the log. */
  readonly requestId: string | undefined;
  /** The value of `Px0-Revision`; undefined before the process knows a revision. */
  readonly revision: string | undefined;
  readonly stale: boolean;
  /** What the variables violate, where that does not refuse the render. */
  readonly contract: string | undefined;
  /** What the render took in this process. */
  readonly milliseconds: number;
}

export const CONTRACT_HEADER = 'Px0-Contract';

/** The answer's JSON before the rendered text. */
export const ANSWER_HEAD = '{"rendered":';

/**
 * Sends what was rendered, in JSON, or the whole body as a worker thread has serialised it. Head and body go to Node as strings, which it
 * joins into one write: a body in a Buffer takes a gathering write, which costs a third of the throughput of small answers. That pays only for
 * the longest texts of a template, whose bytes are there already.
 */
export function sendRendered(
  res: ServerResponse,
  version: RenderableVersion,
  rendered: Rendered | Uint8Array,
  context: AnswerContext,
): void {
  if (rendered instanceof JsonPieces) sendPieces(res, version, rendered, context);
  else if (typeof rendered !== 'string') {
    res.writeHead(200, headOf(rendered.byteLength, version, context));
    res.end(rendered);
  } else {
    const body = `${ANSWER_HEAD}${rendered}${version.tail}`;
    const length = Buffer.byteLength(body);
    res.writeHead(200, headOf(length, version, context));
    res.end(body, encodingOf(length === body.length));
  }
}

function sendPieces(
  res: ServerResponse,
  version: RenderableVersion,
  rendered: JsonPieces,
  context: AnswerContext,
): void {
  const { tail } = version;
  const tailBytes = Buffer.byteLength(tail);
  const pieces = rendered.pieces(ANSWER_HEAD, tail);
  res.writeHead(200, headOf(ANSWER_HEAD.length + rendered.byteLength + tailBytes, version, context));
  const encoding = encodingOf(rendered.isAscii && tailBytes === tail.length);
  const last = pieces.pop();
  // Node keeps the others back until the last one.
  for (const piece of pieces) res.write(piece, encoding);
  res.end(last, encoding);
}

/** Node writes Latin-1 faster. The headers, which are written with the body, are ASCII always. */
function encodingOf(isAscii: boolean): 'latin1' | 'utf8' {
  return isAscii ? 'latin1' : 'utf8';
}

function headOf(length: number, version: RenderableVersion, context: AnswerContext): string[] {
  const head = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(length),
    'Cache-Control',
    'no-store',
    'Px0-Prompt-Version',
    version.numberText,
    'Server-Timing',
    `render;dur=${thousandths(context.milliseconds)}`,
  ];
  if (context.revision !== undefined) head.push('Px0-Revision', context.revision);
  if (context.requestId !== undefined) head.push('X-Request-Id', context.requestId);
  if (context.stale) head.push('Px0-Stale', 'true');
  if (context.contract !== undefined) head.push(CONTRACT_HEADER, context.contract);
  return head;
}

/** `000` to `999`. */
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** With three decimals, as `toFixed` but quicker. */
function thousandths(value: number): string {
  const all = Math.round(value * 1_000);
  return `${Math.trunc(all / 1_000)}.${THREE_DIGITS[all % 1_000]}`;
}

/**
 * Writes the answer of a render with as little work as possible: every part that does not depend on the request is serialised
 * in advance.
 */
import type { ServerResponse } from 'node:http';
import type { RenderableVersion } from '../prompts/mod.ts';

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
 * joins into one write: a body in a Buffer takes a gathering write, which costs a third of the throughput of small answers.
 */
export function sendRendered(
  res: ServerResponse,
  version: RenderableVersion,
  rendered: string | Uint8Array,
  context: AnswerContext,
): void {
  const body = typeof rendered === 'string' ? `${ANSWER_HEAD}${rendered}${version.tail}` : rendered;
  const head = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'Px0-Prompt-Version',
    version.numberText,
    'Server-Timing',
    `render;dur=${context.milliseconds.toFixed(3)}`,
  ];
  if (context.revision !== undefined) head.push('Px0-Revision', context.revision);
  if (context.requestId !== undefined) head.push('X-Request-Id', context.requestId);
  if (context.stale) head.push('Px0-Stale', 'true');
  if (context.contract !== undefined) head.push(CONTRACT_HEADER, context.contract);
  res.writeHead(200, head);
  res.end(body);
}

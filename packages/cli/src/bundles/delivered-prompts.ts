/** All prompts that the caller may render, as px0 delivers them to an application. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FrameError, LineReader, meaningOf, Replica, readFrame } from '@px0/delivery';
import { MOST_BUNDLE_BYTES } from '@px0/delivery/bundle';
import { ForbiddenError, InvalidRequestError, UnauthorizedError, UnreachableError } from '@px0/sdk';
import { hintSentence } from '@px0/sdk/hint';
import type { Target } from '../context.ts';
import { CliError } from '../exit-codes.ts';

export interface Audience {
  /** Undefined: all of them. */
  readonly slugs: readonly string[] | undefined;
  readonly teamId: string | undefined;
}

export interface DeliveredPrompts {
  readonly replica: Replica;
  /** px0 says that it may lack the latest changes itself. */
  readonly isStale: boolean;
}

const ATTEMPTS = 3;
const LEAST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 5_000;
/** 200,000 prompts over a slow line. */
const TIMEOUT_MS = 600_000;
const MOST_OF_REFUSAL_BYTES = 64 * 1024;
const MEDIA = 'application/x-ndjson';

/** @throws Px0Error, or CliError for more than a bundle may hold */
export async function deliveredPrompts(target: Target, audience: Audience): Promise<DeliveredPrompts> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOf(target, audience);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof UnreachableError)) throw error;
      await sleep(Math.min(Math.max(error.retryAfterMs ?? 0, LEAST_PAUSE_MS), MOST_PAUSE_MS));
    }
  }
}

async function attemptOf({ host, accessToken }: Target, audience: Audience): Promise<DeliveredPrompts> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const reached = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FrameError) throw unreachable(host, error.message);
      if (error instanceof CliError || error instanceof UnreachableError) throw error;
      // What is thrown may hold the request, and with it the credential: nothing of it but the reason's name is repeated.
      throw unreachable(host, signal.aborted ? 'it took too long' : codeOf(error));
    }
  };
  const answer = await reached(() =>
    fetch(`${host}/v1/delivery/snapshot${queryOf(audience)}`, {
      headers: { accept: MEDIA, authorization: `Bearer ${accessToken}` },
      redirect: 'manual',
      signal,
    }),
  );
  const body = answer.status === 200 ? '' : await reached(() => startOf(answer));
  const head = { status: answer.status, header: (name: string) => answer.headers.get(name) };
  const meaning = meaningOf(head, { media: MEDIA, isConditional: false, body, floor: undefined });
  if (meaning.kind === 'delivery') {
    const replica = await reached(() => replicaOf(host, answer));
    return { replica, isStale: answer.headers.has('px0-stale') };
  }
  await answer.body?.cancel().catch(() => undefined);
  switch (meaning.kind) {
    case 'refused': {
      const { status, error, hint: header = null } = meaning.refusal;
      const hint = hintSentence(header);
      throw status === 401
        ? new UnauthorizedError(status, error, hint)
        : new ForbiddenError(status, error, hint);
    }
    case 'too large':
      throw new InvalidRequestError(answer.status, meaning.error);
    case 'no delivery':
      throw new CliError('refused', `px0 at ${host} does not deliver prompts; it needs a newer version`);
    case 'unreachable':
      if (answer.status === 400) throw new InvalidRequestError(answer.status, meaning.error);
      throw new UnreachableError(`px0 at ${host} does not answer: ${meaning.error}`, {
        status: answer.status,
        retryAfterMs: meaning.retryAfterMs,
      });
    default:
      throw unreachable(host, `the answer was ${answer.status}`);
  }
}

function queryOf({ slugs, teamId }: Audience): string {
  const parameters = [
    ...(teamId === undefined ? [] : [`team_id=${encodeURIComponent(teamId)}`]),
    ...(slugs === undefined ? [] : [`slugs=${slugs.map(encodeURIComponent).join(',')}`]),
  ];
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}

async function replicaOf(host: string, { body }: Response): Promise<Replica> {
  const replica = new Replica();
  const lines = new LineReader();
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BUNDLE_BYTES) throw new CliError('refused', 'the prompts take more than 256 MiB');
    for (const line of lines.read(piece)) {
      const frame = readFrame(line);
      if (frame !== undefined && replica.apply(frame) !== undefined)
        throw unreachable(host, 'what it delivered does not add up');
    }
  }
  if (replica.isSynced && !replica.isInTransfer) return replica;
  throw unreachable(host, 'its answer broke off');
}

/** As much of a body as a refusal of px0 may have. */
async function startOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_OF_REFUSAL_BYTES) break;
  }
  return text;
}

function unreachable(host: string, reason: string): UnreachableError {
  return new UnreachableError(`px0 at ${host} cannot be reached: ${reason}`);
}

/** Why a request failed, in one word: nothing of the request, which holds the credential, is repeated. */
export function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : 'the connection failed';
}

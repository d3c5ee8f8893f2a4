/** Reads the audit chains of an organization from px0, page by page, as the lines that it sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Head, parseHead } from '@px0/audit';
import { LineReader } from '@px0/delivery';
import {
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  Px0Error,
  UnauthorizedError,
  UnreachableError,
} from '@px0/sdk';
import { hintSentence } from '@px0/sdk/hint';
import type { Target } from '../context.ts';
import { CliError } from '../exit-codes.ts';

/** The services that keep an audit. */
export type AuditContext = 'identity' | 'tenancy' | 'registry';

interface Page {
  readonly head: Head;
  readonly lines: readonly string[];
}

const ATTEMPTS = 3;
const PAUSE_MS = 500;
const TIMEOUT_MS = 120_000;
/** The most that px0 sends in an answer. */
const PAGE_LINES = 10_000;
const MOST_OF_REFUSAL_BYTES = 64 * 1024;

/** All lines behind a number, a page at a time. @throws Px0Error, CliError */
export async function* chainPages(
  target: Target,
  orgId: string,
  context: AuditContext,
  after: number,
): AsyncGenerator<Page, void> {
  let last = after;
  for (;;) {
    const page = await fetchPage(target, orgId, context, last, PAGE_LINES);
    if (page.lines.length === 0) return;
    yield page;
    last = numberOf(page.lines.at(-1) ?? '', target.host);
  }
}

/** The head of a chain. @throws Px0Error, CliError */
export async function fetchHead(target: Target, orgId: string, context: AuditContext): Promise<Head> {
  return (await fetchPage(target, orgId, context, Number.MAX_SAFE_INTEGER, 1)).head;
}

async function fetchPage(
  target: Target,
  orgId: string,
  context: AuditContext,
  after: number,
  limit: number,
): Promise<Page> {
  const path = `/v1/orgs/${encodeURIComponent(orgId)}/audit/${context}?after=${after}&limit=${limit}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOf(target, path);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof UnreachableError)) throw error;
      await sleep(error.retryAfterMs ?? PAUSE_MS);
    }
  }
}

async function attemptOf({ host, accessToken }: Target, path: string): Promise<Page> {
  try {
    const answer = await fetch(`${host}${path}`, {
      headers: { authorization: `Bearer ${accessToken}`, 'px0-client': 'cli' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status !== 200) throw await refusalOf(host, answer);
    const head = parseHead(answer.headers.get('px0-audit-head') ?? '');
    if (head === undefined) throw unreachable(host, 'its answer has no head of an audit');
    return { head, lines: await linesOf(answer) };
  } catch (error) {
    if (error instanceof CliError || error instanceof Px0Error) throw error;
    // What is thrown may hold the request, and with it the credential.
    throw unreachable(host, 'the connection failed');
  }
}

async function linesOf({ body }: Response): Promise<string[]> {
  const reader = new LineReader();
  const lines: string[] = [];
  for await (const piece of body ?? []) lines.push(...reader.read(piece));
  if (reader.isWithinLine) throw new Error('the answer broke off');
  return lines;
}

async function refusalOf(host: string, answer: Response): Promise<Error> {
  const { status, headers } = answer;
  const text = (await answer.text()).slice(0, MOST_OF_REFUSAL_BYTES);
  const error = errorIn(text);
  if (error === undefined || status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return new UnreachableError(`px0 at ${host} does not answer: ${error ?? status}`, {
      status,
      ...(seconds >= 0 && { retryAfterMs: Math.min(seconds, 60) * 1_000 }),
    });
  }
  const hint = hintSentence(headers.get('px0-hint'));
  if (status === 401) return new UnauthorizedError(status, error, hint);
  if (status === 403) return new ForbiddenError(status, error, hint);
  if (status !== 404) return new InvalidRequestError(status, error);
  if (error === 'organization not found') return new NotFoundError(status, error);
  return new CliError('refused', `px0 at ${host} exports no audit; it needs a newer version`);
}

function errorIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const error: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'error') : undefined;
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(line: string, host: string): number {
  try {
    const number: unknown = Reflect.get(Object(JSON.parse(line)), 'number');
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  } catch {
    // Said below.
  }
  throw unreachable(host, 'a line of its answer is no entry of an audit');
}

function unreachable(host: string, reason: string): UnreachableError {
  return new UnreachableError(`px0 at ${host} does not answer: ${reason}`);
}

/**
 * What the generated client is given by hand, so that what it throws is of this package, too: the generator writes calls of these functions in place
 * of what throws errors of the language.
 */
import { boundedText } from './bounded-text.ts';
import { Px0Error, reasonOf, UnreachableError, UsageError } from './errors.ts';
import { parseObject } from './json.ts';
import { judgeError } from './judge.ts';
import { innermostReason, Secrets } from './secrets.ts';

/** What a request is made of, from the parameters of a call. @throws UsageError for parameters of other types than declared */
export async function prepared<T>(options: Promise<T>): Promise<T> {
  try {
    return await options;
  } catch (error) {
    const isOfTheLanguage = error instanceof TypeError || error instanceof RangeError;
    if (error instanceof Px0Error || !isOfTheLanguage) throw error;
    throw new UsageError(`the parameters cannot be sent: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The result in an answer.
 *
 * @throws UnreachableError for an answer in another form than the operation's: something else than px0 has answered
 */
export async function resultOf<T>(response: Response, transform: (json: unknown) => T): Promise<T> {
  try {
    const json = parseObject(await boundedText(response));
    if (json === undefined) throw notAnswered(response);
    return transform(json);
  } catch (error) {
    throw error instanceof Px0Error ? error : notAnswered(response, error);
  }
}

/** @throws UsageError for what is neither a text nor a number, and would be sent as other parameters or as none */
export function requireQueryValue(name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return;
  throw new UsageError(`a query parameter (${name}) must be a string, a number or a boolean`);
}

/** The error of an answer without a result. What a configuration made by hand has sent is taken out of it. */
export async function refusalOf(host: string, init: RequestInit, response: Response): Promise<Px0Error> {
  try {
    const { status, headers } = response;
    const text = secretsOf(init).removedFromAnswer(await boundedText(response));
    return judgeError(host, { status, headers, text });
  } catch (error) {
    return unreachable(host, init, error);
  }
}

/** What is thrown in place of what `fetch` threw: the reason of the caller's signal, or an error of this package. */
export function unsent(host: string, init: RequestInit, error: unknown): unknown {
  if (error instanceof Px0Error) return error;
  return init.signal?.aborted ? init.signal.reason : unreachable(host, init, error);
}

/** Of a configuration made by hand. `fetch` repeats a header that it refuses, and an address with a password. */
function unreachable(host: string, init: RequestInit, error: unknown): UnreachableError {
  const secrets = secretsOf(init);
  const cause = secrets.removedFromError(error);
  const origin = secrets.removedFrom(host);
  return new UnreachableError(`px0 at ${origin} cannot be reached: ${innermostReason(cause)}`, { cause });
}

function secretsOf({ headers }: RequestInit): Secrets {
  const authorization: unknown = Reflect.get(Object(headers), 'Authorization');
  return new Secrets(typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined);
}

const NO_CONTENT = 204;

/** The answer to an operation without a result. @throws UnreachableError for one with a result: something else than px0 has answered */
export function withoutResult(response: Response): Response {
  if (response.status !== NO_CONTENT) throw notAnswered(response);
  return response;
}

/** An answer that has the fields of its operation. @throws Error when it has not */
export function formed(json: object, isOfForm: (json: object) => boolean): object {
  if (!isOfForm(json)) throw new TypeError('a field is missing');
  return json;
}

function notAnswered({ status }: Response, cause?: unknown): UnreachableError {
  return new UnreachableError(`px0 answered ${status}, which is not a response to this operation`, {
    status,
    cause,
  });
}

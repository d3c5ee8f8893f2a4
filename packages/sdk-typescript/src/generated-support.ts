/**
 * What the generated client is given by hand, so that what it throws is of this package, too: the generator writes calls of these functions in place
 * of what throws errors of the language.
 */
import { Px0Error, reasonOf, UnreachableError, UsageError } from './errors.ts';
import { parseObject } from './json.ts';
import { Secrets } from './secrets.ts';

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
  const json = parseObject(await response.text());
  if (json === undefined) throw notAnswered(response);
  try {
    return transform(json);
  } catch (error) {
    throw error instanceof Px0Error ? error : notAnswered(response, error);
  }
}

/** What `fetch` threw, without the token that a configuration made by hand has sent: `fetch` repeats a header that it refuses. */
export function withoutToken(error: Error, { headers }: RequestInit): Error {
  const authorization: unknown = Reflect.get(Object(headers), 'Authorization');
  const token = typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined;
  return new Secrets(token).removedFromError(error);
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
  return new UnreachableError(`px0 answered ${status}, which is no answer to this operation`, {
    status,
    cause,
  });
}

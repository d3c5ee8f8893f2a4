/**
 * Keeps credentials out of errors. What `fetch` throws is copied, since it may hold the whole request in any of its properties; the access token, and
 * a password in an address such as a proxy's, are taken out of every text.
 */
import { reasonOf } from './errors.ts';

const REMOVED = '***';
/**
 * What stands before the last `@` behind a scheme, up to the next address or line break. A password may hold `@`, `/` and blanks, which do not belong
 * there but are what people have; a text that loses a few words more does less harm. A path of files (`file:///`) has no place for one.
 */
const PASSWORD_IN_ADDRESS = /(?<=:\/\/)(?!\/)(?:(?!:\/\/)[^\r\n])+(?=@)/g;
/** The same in JSON: what is taken out ends with its text, and slashes may be escaped. */
const PASSWORD_IN_JSON = /(?<=:(?:\\?\/){2})(?!\\?\/)(?:(?!:(?:\\?\/){2})(?:[^"\\\r\n]|\\.))+(?=@)/g;
/** Of one error; a chain that is longer has been made to be. */
const MOST_CAUSES = 10;
/** Less is no secret, and would be found in every message. */
const SHORTEST_PIECE = 4;

export class Secrets {
  /** An error may write a strange character of a token in another way, so each run of usual ones is looked for by itself. */
  readonly #pieces: readonly string[];

  constructor(accessToken: string | undefined) {
    const runs: readonly string[] = accessToken?.match(/[\x21-\x7e]+/g) ?? [];
    this.#pieces = runs.filter(({ length }) => length >= SHORTEST_PIECE);
  }

  removedFrom(text: string): string {
    return this.#withoutToken(text).replace(PASSWORD_IN_ADDRESS, REMOVED);
  }

  /** Of a text that may be JSON, and then stays it. */
  removedFromAnswer(text: string): string {
    return this.#withoutToken(text).replace(PASSWORD_IN_JSON, REMOVED);
  }

  #withoutToken(text: string): string {
    return this.#pieces.reduce((left, piece) => left.replaceAll(piece, REMOVED), text);
  }

  /** A copy that keeps name, message, code, stack and causes. What is no error is kept as its text. */
  removedFromError(error: unknown, depth = 0): Error {
    const copy = new Error(this.removedFrom(reasonOf(error)));
    if (!(error instanceof Error)) return copy;
    const { name, stack, cause } = error;
    const code = codeOf(error);
    define(copy, 'name', this.removedFrom(String(name)));
    define(copy, 'stack', this.removedFrom(String(stack)));
    if (code !== undefined) Object.assign(copy, { code });
    if (depth >= MOST_CAUSES) return copy;
    if (cause !== undefined) define(copy, 'cause', this.removedFromError(cause, depth + 1));
    if (error instanceof AggregateError) {
      const errors = error.errors.slice(0, MOST_CAUSES).map((one) => this.removedFromError(one, depth + 1));
      define(copy, 'errors', errors);
    }
    return copy;
  }
}

/** An error, and those that it names as its cause, which for several addresses of a host are a list. */
export function* causesOf(error: unknown, depth = 0): Generator<{ message: string; code: unknown }> {
  if (!(error instanceof Error) || depth > MOST_CAUSES) return;
  yield { message: reasonOf(error), code: codeOf(error) };
  if ('errors' in error && Array.isArray(error.errors)) {
    for (const one of error.errors) yield* causesOf(one, depth + 1);
  }
  yield* causesOf(error.cause, depth + 1);
}

/** `fetch` hides why it failed in the error's cause. */
export function innermostReason(error: Error): string {
  const told = [...causesOf(error)].map(({ message }) => message).filter((message) => message !== '');
  return told.at(-1) ?? error.name;
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** As errors have it: not among what is listed. */
function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true });
}

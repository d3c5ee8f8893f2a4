/** Patterns in the syntax of RE2, whose matching takes time that grows with the text only. JavaScript's own never: one line may hold it for a minute. */
import { RE2JS, RE2JSException } from 're2js';

const PREFIX = /^error parsing regexp: /;

/** Why a pattern does not compile; undefined if it does. */
export function reasonAgainst(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message.replace(PREFIX, '');
  }
}

/** Compiled patterns: the payloads of a prompt often share theirs. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  /** Whether a pattern that compiles matches anywhere in the text. */
  hasMatch(pattern: string, text: string): boolean {
    let compiled = this.#compiled.get(pattern);
    if (compiled === undefined) {
      compiled = RE2JS.compile(pattern);
      this.#compiled.set(pattern, compiled);
    }
    return compiled.test(text);
  }
}

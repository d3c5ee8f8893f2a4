/**
 * Fallbacks given in code. A broken template is found when it is given, not in the outage; and a fallback is there to answer, so a key
 * that the variables lack counts as nil unless the call says otherwise.
 */
import { type CompiledProgram, compileProgram, linkChat, type Program } from '@px0/template';
import { type Content, type ContentOptions, type Runnable, runProgram } from './content.ts';
import { readable, reasonOf, TemplateError, UsageError } from './errors.ts';
import type { Fallback } from './fallback.ts';
import { readFallbackChat } from './fallback-chat.ts';
import { isObject, type JsonObject } from './json.ts';
import { pathSegment } from './path-segment.ts';

export type FallbackRenderer = (variables: JsonObject, options: ContentOptions) => Content;

/** More distinct texts than these come from a program that builds templates, and need not be remembered. */
const MOST_REMEMBERED = 1_000;

export class Fallbacks {
  readonly #bySlug: ReadonlyMap<string, FallbackRenderer>;
  readonly #compiled = new Map<string, CompiledProgram>();

  /** @throws UsageError for a broken template, and for a slug that no render can have */
  constructor(fallbacks: Readonly<Record<string, Fallback>>) {
    if (!isObject(fallbacks) || fallbacks instanceof Map) {
      throw new UsageError('fallbacks must be an object that maps slugs to templates, functions or chats');
    }
    this.#bySlug = new Map(
      Object.entries(fallbacks).map(([slug, fallback]) => {
        pathSegment('a slug of the fallbacks', slug);
        return [slug, this.#renderer(slug, fallback)];
      }),
    );
  }

  /** The fallback of a call, or else the client's for that slug. @throws UsageError for a broken template */
  of(slug: string, given: Fallback | undefined): FallbackRenderer | undefined {
    return given === undefined ? this.#bySlug.get(slug) : this.#renderer(slug, given);
  }

  #renderer(slug: string, fallback: Fallback): FallbackRenderer {
    if (typeof fallback === 'function') {
      return (variables) =>
        failing(slug, () => ({
          text: textOf(fallback(variables)),
          messages: null,
          config: null,
          contract: null,
        }));
    }
    const what = `the fallback of ${slug}`;
    if (typeof fallback === 'string') {
      const program = this.#compile(what, `text ${fallback}`, () => ({ template: fallback }));
      return running(slug, { program, config: undefined, contract: undefined });
    }
    const { entries, config } = readable(what, () => readFallbackChat(what, fallback));
    const program = this.#compile(what, `chat ${JSON.stringify(entries)}`, () => linkChat(entries));
    return running(slug, { program, config, contract: undefined });
  }

  #compile(what: string, key: string, programOf: () => Program): CompiledProgram {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    try {
      const program = compileProgram(programOf());
      if (this.#compiled.size >= MOST_REMEMBERED) this.#compiled.clear();
      this.#compiled.set(key, program);
      return program;
    } catch (error) {
      throw new UsageError(`${what} is not a valid template: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** @throws Error when a function gave something else, of which a promise is the most likely */
function textOf(given: unknown): string {
  if (typeof given === 'string') return given;
  if (!(given instanceof Promise)) throw new Error('it did not return a string');
  // It is not waited for, so a failure of it would be nobody's and end the process.
  given.catch(() => undefined);
  throw new Error('it returned a promise, but a fallback must be synchronous');
}

function running(slug: string, runnable: Runnable): FallbackRenderer {
  return (variables, options) => failing(slug, () => runProgram(runnable, variables, options));
}

function failing<T>(slug: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    throw new TemplateError(`the fallback of ${slug} failed: ${reasonOf(error)}`, { cause: error });
  }
}

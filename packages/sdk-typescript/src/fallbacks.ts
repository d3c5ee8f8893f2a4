/**
 * Fallbacks given in code. A broken template is found when it is given, not in the outage; and a fallback is there to answer, so a key
 * that the variables lack counts as nil unless the call says otherwise.
 */
import { type CompiledTemplate, compile } from '@px0/template';
import { reasonOf, TemplateError, UsageError } from './errors.ts';
import { isObject } from './json.ts';
import { pathSegment } from './path-segment.ts';

/** A template in px0's language, or a function that makes the text. */
export type Fallback = string | ((variables: Readonly<Record<string, unknown>>) => string);

export type FallbackRenderer = (
  variables: Readonly<Record<string, unknown>>,
  missingKey: 'error' | 'default' | 'zero' | undefined,
) => string;

/** More distinct texts than these come from a program that builds templates, and need not be remembered. */
const MOST_REMEMBERED = 1_000;

export class Fallbacks {
  readonly #bySlug: ReadonlyMap<string, FallbackRenderer>;
  readonly #compiled = new Map<string, CompiledTemplate>();

  /** @throws UsageError for a broken template, and for a slug that no render can have */
  constructor(fallbacks: Readonly<Record<string, Fallback>>) {
    if (!isObject(fallbacks) || fallbacks instanceof Map) {
      throw new UsageError('fallbacks must be an object that maps slugs to templates or functions');
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
      return (variables) => failing(slug, () => textOf(fallback(variables)));
    }
    if (typeof fallback !== 'string') {
      throw new UsageError(`the fallback of ${slug} must be a template or a function`);
    }
    const template = this.#compile(slug, fallback);
    return (variables, missingKey = 'default') =>
      failing(slug, () => template.render(variables, { missingKey }));
  }

  #compile(slug: string, text: string): CompiledTemplate {
    const known = this.#compiled.get(text);
    if (known !== undefined) return known;
    try {
      const template = compile(text);
      if (this.#compiled.size >= MOST_REMEMBERED) this.#compiled.clear();
      this.#compiled.set(text, template);
      return template;
    } catch (error) {
      throw new UsageError(`the fallback of ${slug} is not a valid template: ${reasonOf(error)}`, {
        cause: error,
      });
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

function failing(slug: string, render: () => string): string {
  try {
    return render();
  } catch (error) {
    throw new TemplateError(`the fallback of ${slug} failed: ${reasonOf(error)}`, { cause: error });
  }
}

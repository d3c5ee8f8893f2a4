import { type CompiledTemplate, compile } from '@px0/template';
import { LRUCache } from 'lru-cache';

/** What a thread may keep, and what it keeps of a template beside its text: measured as in a render process. */
const MAX_BYTES = 32 * 1024 * 1024;
const FIXED_BYTES = 2_048;
const BYTES_PER_CHARACTER = 8;

/** The templates that a thread has compiled, least recently used ones forgotten first. */
export class CompiledTemplates {
  readonly #kept: LRUCache<string, CompiledTemplate>;

  constructor() {
    this.#kept = new LRUCache({
      maxSize: MAX_BYTES,
      sizeCalculation: (_template, source) => FIXED_BYTES + source.length * BYTES_PER_CHARACTER,
    });
  }

  /** @throws TemplateSyntaxError */
  of(source: string): CompiledTemplate {
    let template = this.#kept.get(source);
    if (template === undefined) {
      template = compile(source);
      this.#kept.set(source, template);
    }
    return template;
  }
}

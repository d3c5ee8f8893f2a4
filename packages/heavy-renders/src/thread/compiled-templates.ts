import { type CompiledTemplate, compile } from '@px0/template';
import { LRUCache } from 'lru-cache';

/** What a thread may keep of its heap: room for the largest template, and for another one at work. */
const MAX_BYTES = 96 * 1024 * 1024;
/** What a compiled template takes: measured with actions that stand side by side, which are the costliest text. */
const FIXED_BYTES = 2_048;
const BYTES_PER_CHARACTER = 160;

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

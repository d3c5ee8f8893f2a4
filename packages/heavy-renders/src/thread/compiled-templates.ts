import { type CompiledProgram, compileProgram, type Program } from '@px0/template';
import { LRUCache } from 'lru-cache';

/** What a thread may keep of its heap: room for the largest template, and for another one at work. */
const MAX_BYTES = 96 * 1024 * 1024;
/** What a compiled template takes: measured with actions that stand side by side, which are the costliest text. */
const FIXED_BYTES = 2_048;
const BYTES_PER_CHARACTER = 160;
/** Of the outline and the sources of a program, as JSON. */
const BYTES_PER_LAYOUT_CHARACTER = 8;

/** The programs that a thread has compiled, least recently used ones forgotten first. */
export class CompiledTemplates {
  readonly #kept: LRUCache<string, CompiledProgram>;

  constructor() {
    this.#kept = new LRUCache({ maxSize: MAX_BYTES });
  }

  /** @throws TemplateSyntaxError */
  of(program: string | Program): CompiledProgram {
    const { template, outline, sources }: Program =
      typeof program === 'string' ? { template: program } : program;
    const isText = outline === undefined && sources === undefined;
    // No saved text holds a NUL.
    const key = isText ? template : `\0${JSON.stringify([outline, sources])}${template}`;
    let compiled = this.#kept.get(key);
    if (compiled === undefined) {
      compiled = compileProgram({ template, outline, sources });
      const layout = key.length - template.length;
      const size = FIXED_BYTES + template.length * BYTES_PER_CHARACTER + layout * BYTES_PER_LAYOUT_CHARACTER;
      this.#kept.set(key, compiled, { size });
    }
    return compiled;
  }
}

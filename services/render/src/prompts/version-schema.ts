/** What is known of a version's input schema, and the judge that is made of it on first use. */
import { isLightTemplate } from '@px0/heavy-renders';
import { compileJudge, type InputSchema, type Judge } from '@px0/input-contract';
import type { CompiledProgram } from '@px0/template';
import type { KnownSchema } from './contract.ts';

/** Until a schema that could not be had is asked for again: NATS may be away, and a render must not wait for it each time. */
const ASK_AGAIN_MS = 10_000;

export class VersionSchema {
  readonly value: KnownSchema;
  readonly #askAgainAt: number;
  #judge: Judge | undefined;
  #inferred: InputSchema | undefined;

  constructor(value: KnownSchema) {
    this.value = value;
    this.#askAgainAt = value === undefined ? performance.now() + ASK_AGAIN_MS : 0;
  }

  /** Whether somebody should be asked, who could not say not long ago if ever. */
  get isMissing(): boolean {
    return this.value === undefined && performance.now() >= this.#askAgainAt;
  }

  get hasJudge(): boolean {
    return this.#judge !== undefined;
  }

  /**
   * Judges variables by the schema, or else by what the program needs. `heavy`: finding that out takes too long for the main thread.
   */
  judge(program: CompiledProgram, template: string): Judge | 'heavy' {
    if (this.#judge !== undefined) return this.#judge;
    if (this.value == null) {
      if (!isLightTemplate(template)) return 'heavy';
      this.#inferred = program.inputSchema;
    }
    this.#judge = compileJudge(this.value ?? program.inputSchema);
    return this.#judge;
  }

  /** Of the JSON of what is held here. */
  get characters(): number {
    const held = this.value ?? this.#inferred;
    return held === undefined ? 0 : JSON.stringify(held).length;
  }
}

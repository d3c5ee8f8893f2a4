/**
 * A version's contract, judged in this process as px0 does it: after the placeholders of a chat, before the template runs.
 * See docs/decisions/196-contracts-in-the-sdks.md.
 */
import { compileJudge, type InputSchema, type Judge } from '@px0/input-contract';
import type { CompiledProgram, MissingKey, TemplateExecutionError } from '@px0/template';
import type { ContractPolicy, ContractProblems } from './contract-problems.ts';
import { isObject, type JsonObject } from './json.ts';

/** Variables that an enforced contract refuses. The message is what px0 says of them behind `invalid variables: `. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly violation: ContractProblems;

  constructor(message: string, violation: ContractProblems) {
    super(message);
    this.violation = violation;
  }
}

/** A template that has failed, with variables that the contract warns of. */
export class WarnedFailure extends Error {
  override readonly name = 'WarnedFailure';
  readonly violation: ContractProblems;

  constructor(cause: TemplateExecutionError, violation: ContractProblems) {
    super(cause.message, { cause });
    this.violation = violation;
  }
}

interface Judged {
  readonly program: CompiledProgram;
  readonly variables: JsonObject;
  readonly missingKey: MissingKey;
  /** The prompt's policy as px0 has told it; undefined where it is off. */
  readonly ofPrompt: unknown;
  /** What the caller wants. */
  readonly ofCall: ContractPolicy | undefined;
}

/** The contract of a version with this effective schema, whose judge is compiled when it is first needed. */
export class Contract {
  readonly #schema: unknown;
  #judge: Judge | undefined;

  constructor(schema: unknown) {
    this.#schema = schema;
  }

  /**
   * The violation that a render tells of; null when there is none, or nothing is judged.
   *
   * @throws ContractError for one that is refused
   * @throws ChatVariablesError instead of that, for a placeholder
   * @throws another error when px0 must be asked
   */
  judge({ program, variables, missingKey, ofPrompt, ofCall }: Judged): ContractProblems | null {
    const policy = stricter(ofPrompt, ofCall);
    if (policy === undefined) return null;
    const violation = this.#compiled()(variables, missingKey);
    if (violation === undefined) return null;
    if (policy === 'warn') return violation.problems;
    program.checkPlaceholders(variables);
    throw new ContractError(violation.detail, violation.problems);
  }

  #compiled(): Judge {
    // Of a prompt whose contract is off px0 sends none.
    if (!isObject(this.#schema)) throw new Error('the schema is not known here');
    // px0 has checked it.
    this.#judge ??= compileJudge(this.#schema as InputSchema);
    return this.#judge;
  }
}

function stricter(ofPrompt: unknown, ofCall: ContractPolicy | undefined): ContractPolicy | undefined {
  switch (ofPrompt) {
    case undefined:
    case null:
    case 'off':
      return ofCall;
    case 'warn':
      return ofCall ?? ofPrompt;
    case 'enforce':
      return ofPrompt;
    default:
      throw new Error('the policy is one of a later px0');
  }
}

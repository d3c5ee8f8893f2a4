/** Whether the assertions of a payload may be saved. Patterns are compiled in their thread, before a lock is taken. */
import type { Action, Principal } from '@px0/access';
import {
  type Assertion,
  AssertionsFault,
  type GivenAssertion,
  type PlacedPattern,
  patternFault,
  patternsIn,
  readAssertions,
} from '@px0/assertions';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type HeavyWork, SHORT_WAIT_MS } from '../heavy/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import type { AssertionThread } from './assertion-thread.ts';

export interface AssertionCheckDependencies {
  readonly prompts: Pick<FindPrompt, 'run'>;
  readonly heavy: HeavyWork;
  readonly assertionThread: AssertionThread;
}

/** An input that was read, and the verdict about its assertions; each throws at the point where the contract has it judged. */
export interface GivenAssertions<Input> {
  /** @throws what `readInput` throws */
  input(): Input;
  /** Undefined when there are none. @throws ApiError invalidAssertions */
  assertions(): readonly Assertion[] | undefined;
}

export class AssertionCheck {
  readonly #deps: AssertionCheckDependencies;

  constructor(deps: AssertionCheckDependencies) {
    this.#deps = deps;
  }

  /**
   * Prepares the verdict about what is to be saved.
   *
   * @throws ApiError for assertions with patterns: promptNotFound, forbidden, tooManyHeavyRenders
   */
  async of<Input extends { readonly assertions?: readonly GivenAssertion[] }>(
    principal: Principal,
    action: Action,
    promptId: PromptId,
    readInput: () => Input,
    signal?: AbortSignal,
  ): Promise<GivenAssertions<Input>> {
    const input = attempt(readInput);
    const assertions = attempt(() => readGiven(input().assertions));
    const patterns = patternsIn(attemptOr(assertions, undefined) ?? []);
    if (patterns.length === 0) return { input, assertions };
    // A caller without the right is refused before anything is compiled; the right is judged again under the lock.
    const { teamId } = await this.#deps.prompts.run(principal, action, promptId);
    const fault = await this.patternFault(teamId, patterns, signal);
    return {
      input,
      assertions: () => {
        if (fault !== undefined) throw new ApiError('invalidAssertions', { detail: fault });
        return assertions();
      },
    };
  }

  /** What is wrong with the first pattern that does not compile. @throws ApiError tooManyHeavyRenders */
  async patternFault(
    teamId: string,
    patterns: readonly PlacedPattern[],
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const { heavy, assertionThread } = this.#deps;
    const texts = [...new Set(patterns.map(({ pattern }) => pattern))];
    if (texts.length === 0) return undefined;
    const reasons = await assertionThread.reasonsAgainst(heavy.organizationOf(teamId), texts, {
      waitMs: SHORT_WAIT_MS,
      signal,
    });
    const reasonOf = new Map(texts.map((text, index) => [text, reasons[index] ?? undefined]));
    for (const placed of patterns) {
      const reason = reasonOf.get(placed.pattern);
      if (reason !== undefined) return patternFault(placed, reason);
    }
    return undefined;
  }
}

/** The same of an input whose patterns were judged when it was stored. */
export function givenBefore<Input extends { readonly assertions?: readonly GivenAssertion[] }>(
  input: Input,
): GivenAssertions<Input> {
  return { input: () => input, assertions: () => readGiven(input.assertions) };
}

/** @throws ApiError invalidAssertions */
function readGiven(given: readonly GivenAssertion[] | undefined): readonly Assertion[] | undefined {
  if (given === undefined) return undefined;
  try {
    return readAssertions(given);
  } catch (error) {
    if (!(error instanceof AssertionsFault)) throw error;
    throw new ApiError('invalidAssertions', { detail: error.message });
  }
}

/** Does the work once, and gives or throws its outcome as often as it is asked. */
function attempt<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function attemptOr<T, Other>(work: () => T, other: Other): T | Other {
  try {
    return work();
  } catch {
    return other;
  }
}

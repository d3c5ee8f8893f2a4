/** Proposes changes. */
import { randomUUID } from 'node:crypto';
import { type AccessProjection, isAllowedOn, type Principal, personOf } from '@px0/access';
import { type BodyOf, changeRequestLimits, type PromptId, type routes } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { currentRequestScope } from '@px0/event-bus/internal';
import { ApiError } from '@px0/service-kit';
import type { AssertionCheck } from '../assertions/mod.ts';
import { type Policies, requirePoliciesOn } from '../changes/mod.ts';
import { refusingBeyondJsonb } from '../payloads/mod.ts';
import { allowedPrompt, type PromptChange, type PromptChanges } from '../prompts/mod.ts';
import { presentFor } from './binding.ts';
import { requirePossible } from './possible.ts';
import {
  needsAdministrator,
  type ProposedChange,
  parseChange,
  payloadSetIn,
  versionIn,
} from './proposed-change.ts';
import { insertRequest, openNumber } from './store.ts';

export type RequestInput = BodyOf<typeof routes.createChangeRequest>;

export interface CreateRequestDependencies {
  readonly access: AccessProjection;
  readonly changes: PromptChanges;
  readonly policies: Policies;
  readonly assertions: AssertionCheck;
}

interface CheckedInput {
  readonly title: string;
  readonly description: string;
  readonly apply: 'manual' | 'when_ready';
  readonly change: ProposedChange;
}

export class CreateRequest {
  readonly #deps: CreateRequestDependencies;

  constructor(deps: CreateRequestDependencies) {
    this.#deps = deps;
  }

  /**
   * The id of the new request.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, titleRequired, titleTooLong, descriptionTooLong, invalidApply,
   * invalidChange, invalidAssertions, tooManyHeavyRenders, serviceUnavailable, what `requirePossible` throws, changeRequestOpen, tooManyOpenChangeRequests
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => RequestInput,
    signal?: AbortSignal,
  ): Promise<string> {
    const { access, changes, assertions } = this.#deps;
    // Patterns are compiled before the lock is taken, and not again when the request is applied.
    const given = await assertions.of(
      principal,
      'createChangeRequest',
      promptId,
      () => payloadSetIn(readInput().change),
      signal,
    );
    const creation = changes.makeThrough(
      (prompt) => {
        const allowed = allowedPrompt(access, principal, 'proposeToAdministrators', prompt);
        const target = { teamId: allowed.teamId };
        if (isAllowedOn(access, principal, 'createChangeRequest', target)) return allowed;
        if (!isForAdministrators(readInput)) throw new ApiError('forbidden');
        return allowed;
      },
      principal,
      promptId,
      (open) => {
        const input = checked(readInput());
        given.assertions();
        return this.#create(principal, open, input);
      },
    );
    return refusingBeyondJsonb(creation);
  }

  async #create(principal: Principal, open: PromptChange, input: CheckedInput): Promise<string> {
    const { access, policies } = this.#deps;
    const { change: transaction, prompt } = open;
    const { change, title } = input;
    // A process of the release before would not void reviews.
    requirePoliciesOn(policies);
    const present = await presentFor(transaction, prompt.id, change);
    await requirePossible(access, principal, open, change, present);
    const other = await openNumber(transaction, prompt.id, change);
    if (other !== undefined) throw new ApiError('changeRequestOpen', { detail: String(other) });
    if (prompt.openChangeRequests >= changeRequestLimits.openPerPrompt)
      throw new ApiError('tooManyOpenChangeRequests');
    const id = randomUUID();
    const { id: promptId, teamId } = prompt;
    const authorPerson = personOf(principal);
    const via = currentRequestScope()?.client;
    const number = await insertRequest(transaction, { ...input, id, promptId, teamId, via, authorPerson });
    await open.record('change_request.opened', {
      version: versionIn(change),
      changeRequestId: id,
      detail: { request: id, number, kind: change.kind },
      text: title,
    });
    return id;
  }
}

/** Whether the body proposes what only an administrator can do. One that cannot be read proposes nothing. */
function isForAdministrators(readInput: () => RequestInput): boolean {
  try {
    return needsAdministrator(readInput().change);
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

function checked({ title = '', description = '', apply = 'manual', change }: RequestInput): CheckedInput {
  if (title.trim() === '') throw new ApiError('titleRequired');
  if (characters(title) > changeRequestLimits.title) throw new ApiError('titleTooLong');
  if (characters(description) > changeRequestLimits.description) throw new ApiError('descriptionTooLong');
  if (apply !== 'manual' && apply !== 'when_ready') throw new ApiError('invalidApply');
  return { title, description, apply, change: parseChange(change) };
}

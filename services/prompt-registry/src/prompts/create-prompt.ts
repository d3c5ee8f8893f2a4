/** Creates prompts. Names and slugs are unique per team, archived prompts included, and never change afterwards. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { characters, normaliseSlug } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import type { AuditRecorder } from '../audit/mod.ts';
import type { Transactions } from '../database/db.ts';
import { requireEditor, type TeamAccess } from '../gates/mod.ts';
import type { PromptPublisher } from './prompt-event.ts';
import type { PromptRow } from './prompt-row.ts';
import type { PromptStore } from './store.ts';

const NAME_CHARACTERS = 255;
const SLUG_CHARACTERS = 255;
const DESCRIPTION_CHARACTERS = 16_384;

export interface CreatePromptInput {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly slug?: string | undefined;
}

export interface PromptTexts {
  readonly name: string;
  readonly description: string;
  readonly slug: string;
}

export interface CreatePromptDependencies {
  readonly transactions: Transactions;
  readonly access: TeamAccess;
  readonly store: PromptStore;
  readonly publisher: PromptPublisher;
  readonly audit: AuditRecorder;
}

export class CreatePrompt {
  readonly #deps: CreatePromptDependencies;

  constructor(deps: CreatePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * `readInput` is called after the caller's right was judged: the contract refuses a stranger before it looks at the body.
   *
   * @throws ApiError forbidden, what `readInput` and `promptTexts` throw, promptAlreadyExists
   */
  async run(principal: Principal, teamId: TeamId, readInput: () => CreatePromptInput): Promise<PromptRow> {
    const { transactions, access, store, publisher, audit } = this.#deps;
    requireEditor(access, principal, teamId);
    const texts = promptTexts(readInput());
    return transactions.run(async (tx) => {
      // The projection may not have heard yet of a deletion that this registry has already carried out.
      if (await store.isTeamDeleted(tx, teamId)) throw new ApiError('forbidden');
      const prompt = await store.insert(tx, { id: randomUUID(), teamId, ...texts });
      if (prompt === undefined) throw new ApiError('promptAlreadyExists');
      await audit.record(tx, principal, {
        promptId: prompt.id,
        teamId,
        action: 'prompt.created',
        detail: { name: prompt.name, slug: prompt.slug },
      });
      await publisher.changed(tx, prompt.id);
      return prompt;
    });
  }
}

/**
 * The texts of a new prompt as they are stored.
 *
 * @throws ApiError nameRequired, nameTooLong, descriptionTooLong, slugTooLong, slugEmpty
 */
export function promptTexts({ name = '', description = '', slug = '' }: CreatePromptInput): PromptTexts {
  if (name.trim() === '') throw new ApiError('nameRequired');
  if (characters(name) > NAME_CHARACTERS) throw new ApiError('nameTooLong');
  requireDescription(description);
  const normalised = normaliseSlug(slug === '' ? name : slug);
  if (characters(normalised) > SLUG_CHARACTERS) throw new ApiError('slugTooLong');
  if (normalised === '') throw new ApiError('slugEmpty');
  return { name, description, slug: normalised };
}

/** @throws ApiError descriptionTooLong */
export function requireDescription(description: string): void {
  if (characters(description) > DESCRIPTION_CHARACTERS) throw new ApiError('descriptionTooLong');
}

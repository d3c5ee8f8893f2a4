/** The rules for the texts of a prompt. */
import { characters, normaliseSlug } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit/errors';
import { requireFolder } from './folder.ts';

const NAME_CHARACTERS = 255;
const SLUG_CHARACTERS = 255;
const DESCRIPTION_CHARACTERS = 16_384;

export interface PromptInput {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly slug?: string | undefined;
  readonly folder?: string | undefined;
}

export interface PromptTexts {
  readonly name: string;
  readonly description: string;
  readonly slug: string;
  readonly folder: string;
}

/**
 * The texts of a new prompt as they are stored. The slug defaults to one made from the name.
 *
 * @throws ApiError nameRequired, nameTooLong, descriptionTooLong, slugTooLong, slugEmpty, invalidFolder
 */
export function promptTexts({
  name = '',
  description = '',
  slug = '',
  folder = '',
}: PromptInput): PromptTexts {
  if (name.trim() === '') throw new ApiError('nameRequired');
  if (characters(name) > NAME_CHARACTERS) throw new ApiError('nameTooLong');
  requireDescription(description);
  const normalised = normaliseSlug(slug === '' ? name : slug);
  if (characters(normalised) > SLUG_CHARACTERS) throw new ApiError('slugTooLong');
  if (normalised === '') throw new ApiError('slugEmpty');
  return { name, description, slug: normalised, folder: requireFolder(folder) };
}

/** @throws ApiError descriptionTooLong */
export function requireDescription(description: string): void {
  if (characters(description) > DESCRIPTION_CHARACTERS) throw new ApiError('descriptionTooLong');
}

/** What the change requests of an import are about, in the words of whoever imports: those of a pull request, say. */
import { changeRequestLimits } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit/errors';

/** As the body of an import gives it. */
export interface Proposal {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

/** @throws ApiError titleTooLong, descriptionTooLong */
export function checkProposal({ title, description }: Proposal): Proposal {
  if (title !== undefined && characters(title) > changeRequestLimits.title)
    throw new ApiError('titleTooLong');
  if (description !== undefined && characters(description) > changeRequestLimits.description)
    throw new ApiError('descriptionTooLong');
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

/** The texts of the request for one of the changes, which stands behind the common title as far as there is room. */
export function requestTexts(
  { title = '', description }: Proposal,
  change: string,
): { readonly title: string; readonly description?: string } {
  const whole = title.trim() === '' ? change : `${title.trim()}: ${change}`;
  const letters = [...whole];
  const most = changeRequestLimits.title;
  const shown = letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : whole;
  return { title: shown, ...(description !== undefined && { description }) };
}

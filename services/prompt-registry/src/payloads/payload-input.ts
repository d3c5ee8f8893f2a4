/** The fields of a payload's body, and the rules for them. */
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';

const NAME_CHARACTERS = 255;

export interface PayloadInput {
  readonly name?: string;
  readonly variables?: unknown;
}

/** @throws ApiError nameTooLong */
export function requireName(name: string | undefined): void {
  if (name !== undefined && characters(name) > NAME_CHARACTERS) throw new ApiError('nameTooLong');
}

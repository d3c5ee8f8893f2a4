/** The fields of a payload's body, and the rules for them. */
import type { GivenAssertion } from '@px0/assertions';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import type { Basis } from '../policies/mod.ts';

const NAME_CHARACTERS = 255;

export interface PayloadInput {
  readonly name?: string;
  readonly variables?: unknown;
  readonly assertions?: readonly GivenAssertion[];
}

export interface PayloadOptions {
  readonly basis?: Basis;
  /** Ends the compilation of patterns when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** @throws ApiError nameTooLong */
export function requireName(name: string | undefined): void {
  if (name !== undefined && characters(name) > NAME_CHARACTERS) throw new ApiError('nameTooLong');
}

/** The rule for notes: why somebody made a version, or changed its state. */
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit/errors';

const NOTE_CHARACTERS = 2_000;

/** @throws ApiError noteTooLong */
export function requireNote(note: string): string {
  if (characters(note) > NOTE_CHARACTERS) throw new ApiError('noteTooLong');
  return note;
}

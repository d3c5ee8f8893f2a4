/**
 * Names of organizations and teams. They are kept as written, never trimmed; two names are the same when they differ only in
 * letter case, by the rules of Unicode 15 and not by those of the database's locale or of the runtime's release.
 * See docs/decisions/063-unicode-15.md.
 */
import { ApiError } from '@px0/service-kit';
import { lowerCase, upperCase } from '@px0/template/pinned-text';

/** In code points, as Postgres counts them. */
const LONGEST = 255;

/**
 * The name that a body gives.
 *
 * @throws ApiError `nameRequired` also for nothing but white space, `nameTooLong`
 */
export function requireName(name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw new ApiError('nameRequired');
  if (name.length > LONGEST && [...name].length > LONGEST) throw new ApiError('nameTooLong');
  return name;
}

/** What names are compared by. Upper case first: it unites letters that have several lower forms, such as σ and ς. */
export function nameKey(name: string): string {
  return lowerCase(upperCase(name));
}

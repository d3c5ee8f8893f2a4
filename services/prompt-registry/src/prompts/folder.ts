/**
 * The rules for folders. A folder is an attribute of prompts and no part of their address, so moving one breaks no caller.
 * See docs/decisions/168-folders-and-notes.md.
 */
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit/errors';

const PATH_CHARACTERS = 255;
const SEGMENT_CHARACTERS = 64;
const SEGMENTS = 8;

/** What a list of prompts is narrowed to. */
export interface FolderFilter {
  /** Empty: the prompts in no folder. */
  readonly path: string;
  readonly below: boolean;
}

/** Segments joined by `/`; the empty path means no folder. @throws ApiError invalidFolder */
export function requireFolder(path: string): string {
  if (path !== '' && !isFolder(path)) throw new ApiError('invalidFolder');
  return path;
}

/**
 * `support` means the prompts in that folder, `support/` also those below it, `/` those in no folder. The empty text is no filter.
 *
 * @throws ApiError invalidFolder
 */
export function parseFolderFilter(text = ''): FolderFilter | undefined {
  if (text === '') return undefined;
  if (text === '/') return { path: '', below: false };
  const below = text.endsWith('/');
  const path = below ? text.slice(0, -1) : text;
  if (!isFolder(path)) throw new ApiError('invalidFolder');
  return { path, below };
}

/** Where a path lies once the folder `from`, which is the path itself or above it, has become `to`. @throws ApiError invalidFolder */
export function movedFolder(path: string, from: string, to: string): string {
  const rest = path.slice(from.length);
  return requireFolder(to === '' ? rest.slice(1) : to + rest);
}

/** What the audit log says about a prompt that went to another folder. */
export function movedDetail(
  from: string,
  to: string,
): { readonly folder_from: string; readonly folder_to: string } {
  return { folder_from: from, folder_to: to };
}

/** True for a folder and for the folders below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isFolder(path: string): boolean {
  // A lone half of a surrogate pair has no UTF-8, so the database would keep another text.
  if (!path.isWellFormed() || characters(path) > PATH_CHARACTERS) return false;
  const segments = path.split('/');
  return segments.length <= SEGMENTS && segments.every(isSegment);
}

function isSegment(segment: string): boolean {
  return (
    segment !== '' &&
    characters(segment) <= SEGMENT_CHARACTERS &&
    segment === segment.trim() &&
    !/\p{Cc}/u.test(segment) &&
    segment !== '.' &&
    segment !== '..'
  );
}

/** Folders as their prompts have them: there is no row of a folder. */
import type { PromptId, TeamId } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';
import { inFolder } from './list-store.ts';
import { searchWords, wordsVector } from './search-words.ts';

export interface FolderRow {
  readonly path: string;
  readonly prompts: number;
}

export interface PromptInFolder {
  readonly id: PromptId;
  readonly slug: string;
  readonly folder: string;
}

/** Of the prompts named `p` that the caller sees: by path, in the order of bytes. */
export function folders(reader: Reader, teamId: TeamId, limit: number, seen: Sql): Promise<FolderRow[]> {
  return reader.query<FolderRow>(foldersStatement(teamId, limit, seen));
}

/** Exported for the test that explains it. */
export function foldersStatement(teamId: TeamId, limit: number, seen: Sql = sql`TRUE`): Sql {
  return sql`
    SELECT p.folder AS path, count(*)::int AS prompts
    FROM prompts p WHERE p.team_id = ${teamId}::uuid AND p.folder > '' AND ${seen}
    GROUP BY p.folder ORDER BY p.folder LIMIT ${limit}::int`;
}

/**
 * The prompts in a folder and below it, locked as their other writers lock them. Everybody who locks several prompts does so by id.
 * One that somebody else has moved away while this waited is not among them.
 */
export function lockFolder(
  change: Change,
  teamId: TeamId,
  path: string,
  limit: number,
): Promise<PromptInFolder[]> {
  return change.query<PromptInFolder>(lockFolderStatement(teamId, path, limit));
}

/** Exported for the test that explains it. */
export function lockFolderStatement(teamId: TeamId, path: string, limit: number): Sql {
  return sql`
    SELECT p.id, p.slug, p.folder FROM prompts p
    WHERE p.team_id = ${teamId}::uuid AND ${inFolder({ path, below: true })}
    ORDER BY p.id LIMIT ${limit}::int FOR NO KEY UPDATE`;
}

/** Sets the folders of prompts that the change has locked. No event shows a folder, so none is written. */
export async function setFolders(
  change: Change,
  prompts: readonly Pick<PromptInFolder, 'id' | 'folder'>[],
  _permit: Permit,
): Promise<void> {
  const ids = prompts.map(({ id }) => id);
  const paths = prompts.map(({ folder }) => folder);
  const vectors = new Map(paths.map((path) => [path, wordsVector(searchWords(path))]));
  const words = paths.map((path) => vectors.get(path) ?? '');
  // Two statements: outside of an entity's change, each may set one column.
  await change.writePrivate(sql`
    UPDATE prompts p SET folder = moved.folder
    FROM unnest(${ids}::uuid[], ${paths}::text[]) AS moved (id, folder) WHERE p.id = moved.id`);
  await change.writePrivate(sql`
    UPDATE prompts p SET folder_search = moved.words
    FROM (SELECT * FROM unnest(${ids}::uuid[], ${words}::tsvector[]) AS moved (id, words)) AS moved
    WHERE p.id = moved.id`);
}

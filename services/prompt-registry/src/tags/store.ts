/** The rows of tags: a tag is on one version of its prompt. */
import type { PromptId } from '@px0/contracts';
import type { Db, Tx } from '../database/db.ts';

export type TagRef = { readonly tag: string; readonly version: number };

export class TagStore {
  async find(tx: Tx, promptId: PromptId, tag: string): Promise<TagRef | undefined> {
    const rows = await tx.$queryRaw<TagRef[]>`
      select tag, version from prompt_tags where prompt_id = ${promptId}::uuid and tag = ${tag}`;
    return rows[0];
  }

  /** Puts the tag on the version, wherever it was. */
  async set(tx: Tx, promptId: PromptId, { tag, version }: TagRef): Promise<void> {
    await tx.$executeRaw`
      insert into prompt_tags (prompt_id, tag, version) values (${promptId}::uuid, ${tag}, ${version}::int)
      on conflict (prompt_id, tag) do update set version = excluded.version, updated_at = now()`;
  }

  /** The version that had the tag; undefined when none had. */
  async remove(tx: Tx, promptId: PromptId, tag: string): Promise<number | undefined> {
    const rows = await tx.$queryRaw<{ version: number }[]>`
      delete from prompt_tags where prompt_id = ${promptId}::uuid and tag = ${tag} returning version`;
    return rows[0]?.version;
  }

  /** By version, then tag in the order of its bytes. */
  async list(db: Db, promptId: PromptId): Promise<TagRef[]> {
    return db.$queryRaw<TagRef[]>`
      select tag, version from prompt_tags where prompt_id = ${promptId}::uuid order by version, tag`;
  }
}

/** Reads a team as a document needs it: each question is one statement, whatever the number of prompts. */
import { type PromptId, parseExactJson, type TeamId, type VersionStatus } from '@px0/contracts';
import { type Db, onlyRow } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { PresentPrompt } from './plan.ts';

export interface PresentRow extends PresentPrompt {
  readonly id: PromptId;
  readonly name: string;
}

export interface ExportRow {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly status: 'active' | 'archived';
  readonly versions: { readonly number: number; readonly status: VersionStatus; readonly template: string }[];
  readonly tags: { readonly [tag: string]: number };
  readonly payloads: { readonly name: string | null; readonly variables: unknown }[];
}

const tags = Prisma.sql`
  coalesce((select json_object_agg(t.tag, t.version order by t.tag) from prompt_tags t where t.prompt_id = p.id), '{}')`;

export class TransferStore {
  /** The team's prompts under the given slugs, or with one of the given names. */
  async present(
    db: Db,
    teamId: TeamId,
    slugs: readonly string[],
    names: readonly string[],
  ): Promise<PresentRow[]> {
    return db.$queryRaw<PresentRow[]>`
      select p.id, p.slug, p.name, p.description, p.status, ${tags} as tags,
        coalesce((
          select json_agg(json_build_object('number', v.version, 'status', v.status,
            'digest', encode(sha256(convert_to(v.template, 'UTF8')), 'hex')))
          from prompt_versions v where v.prompt_id = p.id), '[]') as versions,
        coalesce((
          select json_agg(json_build_object('id', l.id, 'name', l.name, 'canonical', l.variables::text) order by l.created_at, l.id)
          from prompt_payloads l where l.prompt_id = p.id), '[]') as payloads
      from prompts p
      where p.team_id = ${teamId}::uuid and (p.slug = any(${[...slugs]}::text[]) or p.name = any(${[...names]}::text[]))`;
  }

  /** JSON texts as Postgres would store and show them, in the same order. */
  async canonical(db: Db, texts: readonly string[]): Promise<string[]> {
    const rows = await db.$queryRaw<{ text: string }[]>`
      select (j.text::jsonb)::text as text from unnest(${[...texts]}::text[]) with ordinality as j (text, place) order by place`;
    return rows.map(({ text }) => text);
  }

  /** Bytes of templates and payloads that an export would hold. */
  async exportBytes(db: Db, teamId: TeamId, slugs: readonly string[] | undefined): Promise<number> {
    const rows = await db.$queryRaw<{ bytes: number }[]>`
      select coalesce(sum(
        (select coalesce(sum(octet_length(v.template)), 0) from prompt_versions v where v.prompt_id = p.id)
        + (select coalesce(sum(octet_length(l.variables::text)), 0) from prompt_payloads l where l.prompt_id = p.id)
      ), 0)::float8 as bytes
      from prompts p where ${exported(teamId, slugs)}`;
    return onlyRow(rows).bytes;
  }

  /** By slug, so that two exports of the same state are the same text. */
  async export(db: Db, teamId: TeamId, slugs: readonly string[] | undefined): Promise<ExportRow[]> {
    const rows = await db.$queryRaw<{ prompt: string }[]>`
      select json_build_object(
        'slug', p.slug, 'name', p.name, 'description', p.description, 'status', p.status,
        'versions', coalesce((
          select json_agg(json_build_object('number', v.version, 'status', v.status, 'template', v.template) order by v.version)
          from prompt_versions v where v.prompt_id = p.id), '[]'),
        'tags', ${tags},
        'payloads', coalesce((
          select json_agg(json_build_object('name', l.name, 'variables', l.variables) order by l.created_at, l.id)
          from prompt_payloads l where l.prompt_id = p.id), '[]'))::text as prompt
      from prompts p where ${exported(teamId, slugs)} order by p.slug collate "C"`;
    // As text, so that the numbers of payloads keep their digits. The shape is the statement's own.
    return rows.map(({ prompt }) => parseExactJson(prompt) as ExportRow);
  }
}

function exported(teamId: TeamId, slugs: readonly string[] | undefined): Prisma.Sql {
  const team = Prisma.sql`p.team_id = ${teamId}::uuid`;
  return slugs === undefined ? team : Prisma.sql`${team} and p.slug = any(${[...slugs]}::text[])`;
}

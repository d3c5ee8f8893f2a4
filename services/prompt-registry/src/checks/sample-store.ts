/** Payloads as the samples of a check. */
import { createHash } from 'node:crypto';
import type { PromptId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { SAMPLE_BYTES, type Sample } from './trial.ts';

/** A payload that has an id. */
export type SavedSample = Sample & { readonly payloadId: string };

export interface Samples {
  readonly samples: readonly Sample[];
  /** Changes with every change of a payload. */
  readonly digest: string;
}

type SampleRow = Required<Sample> & { readonly digest: string };

/** Of a payload `p` and its snapshot `s`: all that a check depends on. */
const digest = sql`encode(sha256(convert_to(
  json_build_array(p.id, p.name, p.variables, p.assertions, s.version, s.sha256)::text, 'UTF8')), 'hex')`;

/** The oldest first, as they were added, the variables and assertions of so many as a check reads. */
export async function listSamples(reader: Reader, promptId: PromptId): Promise<Samples> {
  const rows = await reader.query<SampleRow>(sql`
    SELECT "payloadId", name, digest, accepted,
      CASE WHEN bytes <= ${SAMPLE_BYTES}::bigint THEN "variablesJson" END AS "variablesJson",
      CASE WHEN bytes <= ${SAMPLE_BYTES}::bigint THEN assertions ELSE '[]' END AS assertions
    FROM (
      SELECT *, sum(octet_length("variablesJson") + octet_length(assertions::text)) OVER (ORDER BY created_at, "payloadId") AS bytes
      FROM (
        SELECT p.id AS "payloadId", p.name, p.created_at, p.variables::text AS "variablesJson", p.assertions, ${digest} AS digest,
          CASE WHEN s.payload_id IS NOT NULL THEN json_build_object('version', s.version, 'sha256', s.sha256) END AS accepted
        FROM prompt_payloads p LEFT JOIN payload_snapshots s ON s.payload_id = p.id
        WHERE p.prompt_id = ${promptId}::uuid) AS payloads) AS samples
    ORDER BY created_at, "payloadId"`);
  return { samples: rows.map(({ digest: _, ...sample }) => sample), digest: digestOf(rows) };
}

/** One of them. @throws ApiError payloadNotFound, also for a payload of another prompt */
export async function requireSample(
  reader: Reader,
  promptId: PromptId,
  payloadId: string,
): Promise<SavedSample> {
  const [sample] = await reader.query<SavedSample>(sql`
    SELECT p.id AS "payloadId", p.name, p.variables::text AS "variablesJson" FROM prompt_payloads p
    WHERE p.id = ${payloadId}::uuid AND p.prompt_id = ${promptId}::uuid`);
  if (sample === undefined) throw new ApiError('payloadNotFound');
  return sample;
}

/** The digest alone: under the lock, what was checked is compared with it. See docs/decisions/206-expectations-of-payloads.md. */
export async function payloadsDigest(reader: Reader, promptId: PromptId): Promise<string> {
  const rows = await reader.query<{ digest: string }>(sql`
    SELECT ${digest} AS digest FROM prompt_payloads p LEFT JOIN payload_snapshots s ON s.payload_id = p.id
    WHERE p.prompt_id = ${promptId}::uuid ORDER BY p.created_at, p.id`);
  return digestOf(rows);
}

/** The digest of a prompt that has no payload. */
export const NO_PAYLOADS = digestOf([]);

function digestOf(rows: readonly { readonly digest: string }[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(row.digest);
  return `sha256:${hash.digest('hex')}`;
}

/** Outputs that were accepted as the right ones of payloads. */
import { countCharacters } from '@px0/assertions';
import { type Reader, sql } from '@px0/owner';
import type { Actor, Change } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';
import { outputDigest } from './output.ts';

export interface NewSnapshot {
  /** 0: not known. */
  readonly version: number;
  /** Empty: not known. */
  readonly contentHash: string;
  readonly output: string;
}

/** Keeps the output in the place of the one before. The payload counts as changed. */
export async function storeSnapshot(
  change: Change,
  actor: Exclude<Actor, { readonly kind: 'system' }>,
  payloadId: string,
  { version, contentHash, output }: NewSnapshot,
  _permit: Permit,
): Promise<void> {
  await change.writePrivate(sql`
    WITH changed AS (UPDATE prompt_payloads SET updated_at = now() WHERE id = ${payloadId}::uuid)
    INSERT INTO payload_snapshots (payload_id, version, content_hash, output, sha256, characters, actor_kind, actor_id)
    VALUES (${payloadId}::uuid, ${version}::int, ${contentHash}, ${output}, ${outputDigest(output)}, ${countCharacters(output)}::int,
      ${actor.kind}, ${actor.id}::uuid)
    ON CONFLICT (payload_id) DO UPDATE SET version = excluded.version, content_hash = excluded.content_hash, output = excluded.output,
      sha256 = excluded.sha256, characters = excluded.characters, accepted_at = now(), actor_kind = excluded.actor_kind,
      actor_id = excluded.actor_id`);
}

/** The accepted output of a payload; undefined when there is none. */
export async function acceptedOutput(reader: Reader, payloadId: string): Promise<string | undefined> {
  const rows = await reader.query<{ output: string }>(
    sql`SELECT output FROM payload_snapshots WHERE payload_id = ${payloadId}::uuid`,
  );
  return rows[0]?.output;
}

/**
 * The hashes of an audit chain. Each covers its entry and the hash before it, so no entry can be changed, removed or put between others
 * without changing every later hash.
 * See docs/decisions/210-audit-chain.md.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

const VERSION = 'px0-audit-v1\n';

/** What is known of an entry before it has its place. Only integers, texts, booleans and null, so that every language writes it alike. */
export interface AuditEntry {
  readonly org_id: string;
  readonly context: string;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly actor: {
    readonly kind: string;
    readonly user_id: string | null;
    readonly api_key_id: string | null;
    readonly person_id: string | null;
  };
  readonly via: string | null;
  readonly team_id: string | null;
  readonly prompt_id: string | null;
  readonly slug: string | null;
  readonly version: number | null;
  readonly user_id: string | null;
  readonly change_request_id: string | null;
  readonly details: { readonly [fact: string]: string | number | boolean | null };
  readonly reason_commitment: string | null;
}

/** A place in a chain: the number of its last entry, and the hash up to there. */
export interface Head {
  readonly number: number;
  /** 64 hexadecimal digits in lower case. */
  readonly hash: string;
}

/** Where the chain of an organization and a context begins: number 0. */
export function genesis(orgId: string, context: string): Head {
  return { number: 0, hash: digest(VERSION, `${orgId}\n${context}\n`).toString('hex') };
}

/** The head after an entry. `entry` is hashed with every key that it has, also those that this release does not know. */
export function follow({ number, hash }: Head, entry: object): Head {
  const link = digest(VERSION, Buffer.from(hash, 'hex'), digest(canonicalEntry(entry)));
  return { number: number + 1, hash: link.toString('hex') };
}

/** The text of an entry that is hashed: RFC 8785. */
function canonicalEntry(entry: object): string {
  const text = canonicalize(entry);
  if (text === undefined) throw new Error('an entry is a JSON object');
  return text;
}

/** As headers and commands show a head: `4711:9f3c…`. */
export function headText({ number, hash }: Head): string {
  return `${number}:${hash}`;
}

/** The reverse; undefined for a text that is no head. */
export function parseHead(text: string): Head | undefined {
  const [, number = '', hash = ''] = /^(0|[1-9][0-9]{0,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return hash === '' ? undefined : { number: Number(number), hash };
}

function digest(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

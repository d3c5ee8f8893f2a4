/** 64 bits of what is delivered of a prompt. Only px0 computes it; clients compare what they were sent. */
import { hash } from 'node:crypto';

export interface FingerprintedVersion {
  readonly number: number;
  readonly status: string;
  readonly bodyRevision: number;
  /** Its content is not there yet, and follows. */
  readonly isPending: boolean;
  /** What is delivered of its input schema, which is nothing while the contract is off. */
  readonly schema?: object | undefined;
}

export interface FingerprintedPrompt {
  readonly id: string;
  readonly slug: string;
  readonly teamId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly live: number | null;
  /** Those that are delivered, ascending by number. */
  readonly versions: readonly FingerprintedVersion[];
  readonly tags: Readonly<Record<string, number>>;
  /** Of its input contract, if that is not off. */
  readonly contract?: string | undefined;
}

/**
 * 16 hexadecimal digits, which differ when anything differs that a client is sent. Whatever is added to a delivered prompt must enter here. A version's
 * status does not change its body's revision, so it stands for itself.
 */
export function fingerprint(prompt: FingerprintedPrompt): string {
  const { id, slug, teamId, status, createdAt, live, versions, tags, contract } = prompt;
  // Put together by hand: a render process makes 100,000 of them for the first client of a large team.
  let text = `${id}\n${slug}\n${teamId}\n${status}\n${createdAt}\n${live ?? ''}\n`;
  for (const version of versions)
    text += `${version.number}:${version.bodyRevision}:${version.status}${version.isPending ? '?' : ''}\n`;
  // Tags are ASCII, so the order of code units is that of bytes.
  for (const tag of Object.keys(tags).sort()) text += `${tag}=${tags[tag]}\n`;
  if (contract !== undefined) text += contract + JSON.stringify(versions.map(({ schema }) => schema ?? null));
  return hash('sha256', text).slice(0, 16);
}

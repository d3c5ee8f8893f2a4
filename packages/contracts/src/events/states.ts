/**
 * The public state of each entity, as events carry it. The schemas are fast, because a reader that starts decodes
 * every entity of the installation. Extra fields, which a newer writer may send, are dropped.
 */
import { z } from 'zod';
import { programFields } from './program-state.ts';

const user = z.object({
  email: z.string(),
  is_verified: z.boolean(),
  is_admin: z.boolean(),
  created_at: z.string(),
  /** Where tenancy puts the user at registration. */
  placement: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('default-organization') }),
    z.object({ kind: z.literal('team'), team_id: z.string() }),
  ]),
  /** Session numbers below `floor`, and those in the inclusive ranges `revoked`, are dead. */
  sessions: z.object({ floor: z.int(), revoked: z.array(z.tuple([z.int(), z.int()])) }),
});

const apiKey = z.object({
  /** SHA-256 of the full key, in hexadecimal. */
  key_hash: z.string(),
  org_id: z.string(),
  scope: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('organization') }),
    z.object({ kind: z.literal('teams'), team_ids: z.array(z.string()) }),
  ]),
  operation: z.enum(['read_render', 'all', 'admin']),
  name: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  /** The user who made it. Absent from the events of older releases. */
  created_by: z.string().optional(),
});

/**
 * What a key is limited to within its scope: patterns of slugs, and the refs whose versions it reads. Absent: no limit of that kind. Loose, so that a
 * reader sees limits of a kind that it does not know, and refuses such a key.
 */
const keyLimits = z.looseObject({
  slugs: z.array(z.string()).exactOptional(),
  refs: z.object({ live: z.boolean(), tags: z.array(z.string()) }).exactOptional(),
});

export type KeyLimits = z.infer<typeof keyLimits>;

/**
 * A key with limits. It is an entity of its own, so that a reader that knows no limits drops it and refuses the key, instead of dropping the limits.
 * See docs/decisions/208-narrow-keys.md.
 */
const narrowKey = apiKey.extend({ limits: keyLimits, created_by: z.string() });

const signingKey = z.object({
  public_jwk: z.record(z.string(), z.unknown()),
  /** From when on it signs; it verifies as soon as it is known. */
  activates_at: z.string(),
  retires_at: z.string().nullable(),
});

const organization = z.object({ name: z.string(), created_at: z.string() });

const team = z.object({
  org_id: z.string(),
  name: z.string(),
  is_default: z.boolean(),
  created_at: z.string(),
});

const membership = z.object({
  team_id: z.string(),
  user_id: z.string(),
  /** `admin`, `editor` or `viewer`; a reader treats anything else as `viewer`. */
  role: z.string(),
  created_at: z.string(),
  /** The user who added the person; absent for those who came by themselves or asked to join. */
  added_by: z.string().optional(),
});

/** Number, status and body revision of one version. */
export type VersionTriple = readonly [number: number, status: VersionStatus, bodyRevision: number];
export type VersionStatus = 'draft' | 'stable' | 'live' | 'archived';

const versionStatuses: ReadonlySet<unknown> = new Set([
  'draft',
  'stable',
  'live',
  'archived',
] satisfies VersionStatus[]);

/** One plain loop: a prompt may have 100,000 versions, and a tuple schema costs fifty times as much for each. */
function isVersionTable(value: unknown): value is VersionTriple[] {
  if (!Array.isArray(value)) return false;
  for (const triple of value) {
    if (!Array.isArray(triple) || triple.length < 3) return false;
    if (!Number.isInteger(triple[0]) || !versionStatuses.has(triple[1]) || !Number.isInteger(triple[2]))
      return false;
  }
  return true;
}

export type TagTable = { readonly [tag: string]: number };

/** Also a plain loop, for the same reason; and it keeps a tag named `__proto__`, which z.record drops. */
function isTagTable(value: unknown): value is TagTable {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const number of Object.values(value)) {
    if (!Number.isInteger(number)) return false;
  }
  return true;
}

const prompt = z.object({
  team_id: z.string(),
  slug: z.string(),
  name: z.string(),
  status: z.enum(['active', 'archived']),
  created_at: z.string(),
  updated_at: z.string(),
  /** The live version with its program, so that a promotion is one message. */
  live: z.object({ number: z.int(), ...programFields }).nullable(),
  /** What happens to renders whose variables the version refuses. Absent: off. */
  contract: z.enum(['warn', 'enforce']).exactOptional(),
  tags: z.custom<TagTable>(isTagTable),
  versions: z.custom<readonly VersionTriple[]>(isVersionTable),
});

/** Published after all that a context owns; names the epoch in which that is so. */
const complete = z.object({ epoch: z.string() });

const epoch = z.object({
  epoch: z.string(),
  stream_created_at: z.string(),
  /** By context: the latest epoch that began because its database had gone back. From there on its events replace what is held. */
  went_back: z.record(z.string(), z.string()).optional(),
});

/** Every entity of the state stream: where its subjects are, and what its events hold. */
export const entities = {
  user: { context: 'identity', entity: 'user', schema: user },
  apiKey: { context: 'identity', entity: 'api-key', schema: apiKey },
  narrowKey: { context: 'identity', entity: 'narrow-key', schema: narrowKey },
  signingKey: { context: 'identity', entity: 'signing-key', schema: signingKey },
  organization: { context: 'tenancy', entity: 'organization', schema: organization },
  team: { context: 'tenancy', entity: 'team', schema: team },
  membership: { context: 'tenancy', entity: 'membership', schema: membership },
  prompt: { context: 'registry', entity: 'prompt', schema: prompt },
  identityComplete: { context: 'identity', entity: 'complete', schema: complete },
  tenancyComplete: { context: 'tenancy', entity: 'complete', schema: complete },
  registryComplete: { context: 'registry', entity: 'complete', schema: complete },
  epoch: { context: 'stream', entity: 'epoch', schema: epoch },
} as const;

export type EntityName = keyof typeof entities;
export type StateOf<N extends EntityName> = z.infer<(typeof entities)[N]['schema']>;

/** The lines of an organization's audit, and what a person is shown of their own account. */
import { z } from 'zod';
import { timestamp, uuid } from '../values.ts';

/** The services that keep an audit: each has a chain for every organization. */
const auditContexts = ['identity', 'tenancy', 'registry'] as const;

const hash = () => z.string().meta({ pattern: '^[0-9a-f]{64}$' });

/** `64-bit`: a plain integer has 32 bits in clients of some languages. */
const count = () => z.int().meta({ format: 'int64' });

const details = () =>
  z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .meta({ description: 'Details of the action, e.g. the state before and after.' });

/** Open to further words: an entry of a later release is still an entry. */
const actorKind = () => z.string().meta({ examples: ['user', 'api-key', 'system'] });

export const AuditLine = z
  .object({
    number: count().meta({ description: 'The place in the chain: 1, 2, 3 …' }),
    org_id: uuid(),
    context: z.enum(auditContexts).meta({ description: 'The service that wrote the entry.' }),
    id: z.string().meta({ description: 'The id of the entry within its service.' }),
    at: timestamp(),
    action: z.string().meta({ description: 'The action.', examples: ['version.promoted'] }),
    actor: z
      .object({
        kind: actorKind(),
        user_id: uuid().nullable(),
        api_key_id: uuid().nullable(),
        person_id: uuid()
          .nullable()
          .meta({ description: 'The person behind the action: the user, or who made the API key.' }),
      })
      .meta({ description: 'Who performed the action; `system` is px0 itself.' }),
    via: z.string().nullable().meta({ description: 'What the client said it is, in `Px0-Client`.' }),
    team_id: uuid().nullable(),
    prompt_id: uuid().nullable(),
    slug: z.string().nullable().meta({ description: 'The slug of the prompt.' }),
    version: z.int().nullable().meta({ description: 'The affected version.' }),
    user_id: uuid().nullable().meta({ description: 'The affected user.' }),
    change_request_id: uuid()
      .nullable()
      .meta({ description: 'The change request by which the action was made.' }),
    details: details(),
    reason_commitment: z.string().nullable().meta({
      description: 'Base64url of SHA-256 over 32 random bytes and the text that came with the action.',
    }),
    text: z
      .string()
      .nullable()
      .meta({ description: 'That text; null if there was none, or if it was erased. No part of the hash.' }),
    hash: hash().meta({ description: 'The hash of the chain up to this entry.' }),
  })
  .meta({ description: 'An entry of the audit chain of an organization and a service.' });

export const AccountAuditEntry = z
  .object({
    id: z.string().meta({ description: 'Increases over time.' }),
    action: z.string().meta({ description: 'The action.', examples: ['user.password_changed'] }),
    actor: z
      .object({ kind: actorKind(), user_id: uuid().nullable() })
      .meta({ description: 'Who performed the action; `system` is px0 itself.' }),
    via: z.string().nullable().meta({ description: 'What the client said it is, in `Px0-Client`.' }),
    details: details(),
    created_at: timestamp(),
  })
  .meta({ description: "An action on the caller's own account." });

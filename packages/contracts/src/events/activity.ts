/** Activity: each entry of an audit chain as an event, on one subject for each chain, in the order of the chain. */
import type { z } from 'zod';
import type { AuditLine } from '../schemas/audit.ts';

/** An entry without the text that was written freely: the stream could not erase it. */
type ActivityData = Omit<z.infer<typeof AuditLine>, 'text'>;

/** `px0.activity.<context>.<organization>`. */
export function activitySubject(context: string, orgId: string): string {
  return `px0.activity.${context}.${orgId}`;
}

/** The text of the event of an entry. A reader keeps the number of each chain: it drops what is not above, and sees by it what it has missed. */
export function encodeActivity(data: ActivityData): string {
  const { context, org_id, number, action, at } = data;
  return JSON.stringify({
    specversion: '1.0',
    id: `${context}.${org_id}.${number}`,
    source: `/px0/${context}`,
    type: `px0.${context}.${action}`,
    subject: activitySubject(context, org_id),
    time: at,
    datacontenttype: 'application/json',
    data,
  });
}

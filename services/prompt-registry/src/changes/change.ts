/** The types through which this service's stores and commands write. */
import type { Change as OwnerChange, Changes as OwnerChanges } from '@px0/owner';
import type { Actor, AuditNote } from './audit.ts';

export type Change = OwnerChange<'prompt', Actor, AuditNote>;

export type Changes = OwnerChanges<'prompt', Actor, AuditNote>;

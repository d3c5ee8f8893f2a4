/** Validates the fields of a new key. */
import type { KeyOperation } from '@px0/access';
import type { OrganizationId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

const MAX_NAME_LENGTH = 255;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** A name of only white space counts as missing. Length counts characters, as the database does. */
export function requireKeyName(name: string): string {
  if (name.trim() === '') throw new ApiError('nameRequired');
  if (name.length > MAX_NAME_LENGTH && [...name].length > MAX_NAME_LENGTH) throw new ApiError('nameTooLong');
  return name;
}

/** The all-zero UUID counts as missing. */
export function requireOrgId(orgId: OrganizationId | undefined): OrganizationId {
  if (orgId === undefined || orgId === NO_ID) throw new ApiError('orgIdRequired');
  return orgId;
}

export function requireOperation(operation: string): KeyOperation {
  switch (operation) {
    case '':
    case 'read_render':
      return 'read_render';
    case 'all':
    case 'admin':
      return operation;
    default:
      throw new ApiError('invalidOperation');
  }
}

/** Null: never. @throws ApiError invalidExpiry for what is no RFC 3339 time, the empty text too, or one in the past */
export function requireExpiry(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const isTimestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i.test(text);
  const moment = new Date(isTimestamp ? text : Number.NaN);
  if (Number.isNaN(moment.getTime()) || moment.getTime() <= Date.now()) throw new ApiError('invalidExpiry');
  return moment;
}

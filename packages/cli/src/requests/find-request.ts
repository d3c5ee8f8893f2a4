/** Change requests by their numbers, which count within a team. */
import { NotFoundError } from '@px0/sdk';
import type { ChangeRequest, ChangeRequestsApi } from '@px0/sdk/api';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { printable } from '../text-input.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMBER = /^#?([1-9]\d{0,14})$/;
const PAGE = '100';

/** The id of a request that is named by its number in the team, or by its id. @throws NotFoundError, CliError */
export async function requestId(context: Context, named: string): Promise<string> {
  if (UUID.test(named)) return named;
  const [, digits] = NUMBER.exec(named) ?? [];
  if (digits === undefined)
    throw new CliError('usage', `${printable(named)} is neither the number of a change request nor its id`);
  const [{ changeRequests }, team] = [await context.api(), await context.team()];
  const found = await find(changeRequests, team, Number(digits));
  if (found === undefined) throw new NotFoundError(404, `the team has no change request ${digits}`);
  return found.id;
}

/** The list is in descending order. */
async function find(
  api: ChangeRequestsApi,
  team: string,
  number: number,
): Promise<ChangeRequest | undefined> {
  let cursor: string | undefined;
  do {
    const page = await api.listChangeRequests(team, undefined, undefined, PAGE, cursor);
    const found = page.changeRequests.find((one) => one.number === number);
    const last = page.changeRequests.at(-1);
    if (found !== undefined || last === undefined || last.number < number) return found;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return undefined;
}

/** Operations that px0 lets only people do: an API key is refused with words that do not say so. */
import { ForbiddenError, UnauthorizedError } from '@px0/sdk';
import type { Context } from '../context.ts';
import { CliError, exitNameOf } from '../exit-codes.ts';

/** Does the work. @throws CliError that says what to do, where px0 refuses it to an API key */
export async function forPeople<T>(context: Context, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof UnauthorizedError || error instanceof ForbiddenError;
    const key = isRefusal ? await context.keyInUse() : undefined;
    if (key === undefined) throw error;
    const wayOut =
      key === 'PX0_ACCESS_TOKEN' ? 'unset PX0_ACCESS_TOKEN and run "px0 login"' : 'run "px0 login"';
    throw new CliError(exitNameOf(error), `${what} takes a person's login, not an API key; ${wayOut}`, {
      cause: error,
    });
  }
}

/** `login`, `logout`, `whoami` and `teams`: the caller. */
import { ForbiddenError, UnauthorizedError, UsageError } from '@px0/sdk';
import { type Command, Option } from 'commander';
import { withTeam } from '../config-file.ts';
import { apiAt, type Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { askSecret, askText } from '../terminal.ts';
import { printable } from '../text-input.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';

interface LoginOptions {
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly apiKey?: boolean;
  readonly apiKeyStdin?: boolean;
}

export function addSessionCommands(program: Command, connect: Connect): void {
  program
    .command('login')
    .description('log in with e-mail and password, or store an API key')
    .option('-e, --email <address>', 'e-mail address to log in with')
    .option('--password-stdin', 'read the password from standard input')
    .addOption(
      new Option('--api-key', 'store an API key instead; prompts for it').conflicts([
        'email',
        'passwordStdin',
      ]),
    )
    .addOption(
      new Option('--api-key-stdin', 'store an API key read from standard input').conflicts([
        'email',
        'passwordStdin',
      ]),
    )
    .action(async (options: LoginOptions, command: Command) => {
      await login(connect(command), options);
    });

  program
    .command('logout')
    .description('end the session and delete the stored credential')
    .action(async (_options: object, command: Command) => {
      await logout(connect(command));
    });

  program
    .command('whoami')
    .description('show the host, the logged-in user or key, and the chosen team')
    .action(async (_options: object, command: Command) => {
      await whoAmI(connect(command));
    });

  program
    .command('teams')
    .description('list your teams; an asterisk marks the one that "px0 use" chose')
    .action(async (_options: object, command: Command) => {
      const context = connect(command);
      const { profile } = await context.api();
      const { wire, value } = await answered(profile.listUserTeamsRaw({}));
      if (context.output.isJson) return context.output.json(wire);
      const { organizations } = await profile.listUserOrgs();
      const names = new Map(organizations.map(({ id, name }) => [id, name]));
      const chosen = (await context.chosenTeam())?.id;
      context.output.result(wire, () =>
        table(
          ['', 'NAME', 'ORGANIZATION', 'YOUR ROLE', 'ID'],
          value.teams.map(({ id, name, orgId = '', role = '' }) => [
            id === chosen ? '*' : '',
            name,
            names.get(orgId) ?? '',
            role.toLowerCase(),
            id,
          ]),
        ),
      );
    });
}

async function login(context: Context, options: LoginOptions): Promise<void> {
  const { output, config } = context;
  requireFilled('the e-mail (--email)', options.email);
  const host = await context.host();
  // Reports an invalid file before the user types a password; it is written below.
  await config.read();
  const isKey = options.apiKey === true || options.apiKeyStdin === true;
  const credential = isKey
    ? await keyCredential(context, host, options)
    : await sessionCredential(context, host, options);
  const stored = await config.read();
  const email = 'email' in credential ? credential.email : null;
  const isSamePerson = email !== null && stored.credentials[host]?.email === email;
  // The team that somebody else chose may be none of theirs.
  const kept = isSamePerson ? stored : withTeam(stored, host);
  await config.write({ ...kept, host, credentials: { ...stored.credentials, [host]: credential } });
  output.result({ host, email, credential: isKey ? 'api_key' : 'session' }, () =>
    printable(isKey ? `Stored the API key for ${host}.` : `Logged in to ${host} as ${email}.`),
  );
}

async function sessionCredential(context: Context, host: string, options: LoginOptions) {
  const email = options.email ?? (await askText('E-mail', '--email and --password-stdin'));
  const password = options.passwordStdin
    ? firstLine(await context.input())
    : await askSecret('Password', '--password-stdin');
  try {
    const { token } = await apiAt(host, null).auth.login({ email, password });
    return { access_token: token, email };
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    throw new CliError('unauthorized', `${host} rejected this e-mail and password`, { cause: error });
  }
}

async function keyCredential(context: Context, host: string, options: LoginOptions) {
  const key = options.apiKeyStdin
    ? firstLine(await context.input())
    : await askSecret('API key', '--api-key-stdin');
  try {
    // Every key may do this, and it is cheap.
    await apiAt(host, key).prompts.listAllPrompts();
    return { access_token: key };
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    throw new CliError('unauthorized', `${host} rejected this API key`, { cause: error });
  }
}

async function logout(context: Context): Promise<void> {
  const { output, config } = context;
  const host = await context.host();
  const stored = await config.read();
  const { [host]: credential, ...others } = stored.credentials;
  if (credential === undefined) throw new CliError('unauthorized', `not logged in to ${host}`);
  if (credential.email !== undefined) {
    await endSession(host, credential.access_token);
  }
  await config.write(withTeam({ ...stored, credentials: others }, host));
  output.result({ host }, () => `Logged out of ${host}.`);
}

/** Ignores a session that has already ended, or whose token cannot be sent: there is nothing to end. */
async function endSession(host: string, token: string): Promise<void> {
  try {
    await apiAt(host, token).auth.logout();
  } catch (error) {
    if (!(error instanceof UnauthorizedError || error instanceof UsageError)) throw error;
  }
}

async function whoAmI(context: Context): Promise<void> {
  const { output } = context;
  const { host, accessToken } = await context.signedIn();
  const api = await context.api();
  const chosen = await context.chosenTeam();
  const team = chosen === undefined ? {} : { team: chosen };
  const place = chosen === undefined ? '' : `, in the team ${chosen.name ?? chosen.id}`;
  if (!accessToken.startsWith('ak_')) {
    const { user } = await api.profile.me();
    output.result({ host, credential: 'session', email: user.email, user_id: user.id, ...team }, () =>
      printable(`${user.email} at ${host}${place}`),
    );
    return;
  }
  await api.prompts.listAllPrompts();
  const mayManage = await api.profile.listUserTeams().then(
    () => true,
    (error: unknown) => {
      if (error instanceof ForbiddenError) return false;
      throw error;
    },
  );
  const operation = mayManage ? 'all or admin' : 'read_render';
  output.result({ host, credential: 'api_key', operation, ...team }, () =>
    printable(`an API key (${operation}) at ${host}${place}`),
  );
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

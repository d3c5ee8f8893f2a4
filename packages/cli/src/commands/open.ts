/** `open`: pages of the console, in a browser. */
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { parseVersionRef, VERSION, versionOf } from '../version-ref.ts';
import type { Connect } from './command.ts';

interface OpenOptions {
  /** False for `--no-browser`. */
  readonly browser: boolean;
}

export function addOpenCommand(program: Command, connect: Connect): void {
  program
    .command('open')
    .description('open a prompt, or one of its versions, in the console, and print the address')
    .argument('[prompt]', 'slug or id (default: the list of prompts)')
    .argument('[version]', VERSION)
    .option('--no-browser', 'only print the address')
    .action(
      async (
        slug: string | undefined,
        ref: string | undefined,
        { browser }: OpenOptions,
        command: Command,
      ) => {
        const context = connect(command);
        const url = await addressOf(context, slug, ref);
        context.output.result({ url }, () => url);
        if (browser) await show(context, url);
      },
    );
}

async function addressOf(
  context: Context,
  slug: string | undefined,
  ref: string | undefined,
): Promise<string> {
  const wanted = ref === undefined ? undefined : parseVersionRef(ref);
  const path = ['prompts'];
  if (slug !== undefined) {
    const prompt = await context.prompt(slug);
    path.push(prompt.id);
    if (wanted !== undefined) {
      const { version } = await versionOf(await context.api(), prompt, wanted);
      path.push('versions', String(version));
    }
  }
  return `${await context.host()}/${path.map(encodeURIComponent).join('/')}`;
}

/** The address is printed already, so a machine without a browser is no failure. */
async function show({ output, browser }: Context, url: string): Promise<void> {
  const [program, ...args] = browser === undefined ? opener(process.platform) : [browser];
  const isShown = await new Promise<boolean>((resolve) => {
    const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
  if (!isShown) output.note(`px0: ${program} cannot be started; open the address yourself`);
}

/** No shell is between, so that nothing in the address can be a command. */
function opener(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}

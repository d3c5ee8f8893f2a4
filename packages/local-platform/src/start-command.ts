/** `npm start`: runs the platform in the foreground, until Ctrl-C or SIGTERM. */
import { resolve } from 'node:path';
import { consoleFolder } from './console.ts';
import { buildDocumentation, documentationFolder } from './documentation.ts';
import { type LauncherConfig, loadLauncherConfig, ownServersOf } from './launcher-config.ts';
import { LogFollower } from './log-follower.ts';
import { type PlatformOptions, type RunningPlatform, startPlatform } from './platform.ts';
import { repositoryRoot } from './repository.ts';
import { ensureSample, type Sample, sampleVariables } from './sample.ts';
import { seconds, Terminal } from './terminal.ts';

/** A second Ctrl-C exits immediately. npm's own copy of the first signal arrives within this time. */
const secondSignalAfterMs = 700;

export interface StartFlags {
  readonly verbose: boolean;
}

/** Resolves with the exit code when the platform has stopped. Throws the error that made the start fail. */
export async function startCommand(flags: StartFlags, startedAt: number): Promise<number> {
  const config = loadLauncherConfig(process.env);
  const terminal = new Terminal(process.stdout);
  const stopping = stopRequest(terminal);
  const home = homeFolder(config);
  let follower: LogFollower | undefined;
  if (flags.verbose) {
    follower = new LogFollower(resolve(home, 'logs'), (text) => terminal.print(text));
    await follower.start();
  }
  try {
    const pages: NodeJS.ProcessEnv = { DOCS_DIRECTORY: config.DOCS_DIRECTORY ?? documentationFolder };
    const platform = await startPlatform({
      ...platformOptions(config, home, terminal, stopping.signal),
      beforeServices: async () => {
        pages['CONSOLE_DIRECTORY'] =
          config.CONSOLE_DIRECTORY ?? (await consoleFolder({ step: terminal.step, compressQuickly: true }));
      },
      serviceEnv: { gateway: pages },
    });
    try {
      await greet(platform, config, terminal, startedAt);
      if (config.DOCS_DIRECTORY === undefined) {
        buildDocumentation().catch((error: unknown) => {
          // Ctrl-C ends the build, too.
          if (!stopping.signal.aborted) terminal.say(reasonOf(error));
        });
      }
      await stopping.requested;
    } finally {
      await terminal.step('stopping', () => platform.stop());
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    await follower?.stop();
  }
  return 0;
}

export function homeFolder(config: LauncherConfig): string {
  return resolve(repositoryRoot, config.PX0_HOME);
}

function platformOptions(
  config: LauncherConfig,
  home: string,
  terminal: Terminal,
  signal: AbortSignal,
): PlatformOptions {
  return {
    home,
    port: config.PX0_PORT,
    replicas: {
      gateway: config.PX0_REPLICAS_GATEWAY,
      identity: config.PX0_REPLICAS_IDENTITY,
      tenancy: config.PX0_REPLICAS_TENANCY,
      'prompt-registry': config.PX0_REPLICAS_PROMPT_REGISTRY,
      render: config.PX0_REPLICAS_RENDER,
    },
    ...ownServersOf(config),
    env: serviceEnvironment(process.env),
    step: terminal.step,
    notice: terminal.say,
    signal,
  };
}

/** The user's settings for the services, plus what a first start without questions needs. */
function serviceEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // `mock`: accounts are verified immediately, because px0 cannot send mail.
  const canMail = env['RESEND_API_KEY'] || env['SMTP_URL'];
  return { ...env, ...(!canMail && { RESEND_API_KEY: 'mock' }) };
}

async function greet(
  platform: RunningPlatform,
  config: LauncherConfig,
  terminal: Terminal,
  startedAt: number,
): Promise<void> {
  const origin = `http://localhost:${config.PX0_PORT}`;
  const sample = await sampleOf(platform, config, terminal);
  const took = seconds(performance.now() - startedAt);
  terminal.print(`\npx0 is ready (${took}).\n\n${banner(origin, sample)}\n`);
  terminal.print(`Data and logs are in ${platform.home.folder}. Press Ctrl-C to stop everything.\n\n`);
}

/** The user's own database gets no sample account. */
async function sampleOf(
  platform: RunningPlatform,
  config: LauncherConfig,
  terminal: Terminal,
): Promise<Sample | undefined> {
  if (config.DATABASE_URL !== undefined) return undefined;
  try {
    return await terminal.step('preparing a sample prompt', () =>
      ensureSample(platform.gatewayUrl, platform.home.sampleFile),
    );
  } catch (error) {
    terminal.say(`could not create the sample prompt: ${reasonOf(error)}`);
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function banner(origin: string, sample: Sample | undefined): string {
  const open = `  Console     ${origin}\n  Docs        ${origin}/docs\n  API         ${origin}/docs/api-reference/\n`;
  if (!sample) {
    return `${open}  Sign in     register an account in the console, or run examples/quickstart.sh\n`;
  }
  const curl = (slug: string, variables: unknown) =>
    `  curl -X POST $PX0_HOST/v1/prompts/${slug}/render -H "Authorization: Bearer $PX0_ACCESS_TOKEN" -H 'Content-Type: application/json' -d '${JSON.stringify({ variables })}'\n`;
  return [
    open,
    `  Sign in     ${sample.email}  password ${sample.password}\n`,
    `              (this account has two sample prompts; one that you register starts empty)\n`,
    `\n  A first render, in another terminal:\n\n`,
    `  export PX0_HOST=${origin} PX0_ACCESS_TOKEN=${sample.apiKey}\n`,
    curl(sample.slug, sampleVariables.text),
    `\n  A chat prompt:\n\n`,
    curl(sample.chatSlug, sampleVariables.chat),
    `\n  The same on the command line:\n\n`,
    `  npx px0 prompts list\n`,
    `  npx px0 render ${sample.slug} --var name=Ada\n`,
  ].join('');
}

interface StopRequest {
  readonly signal: AbortSignal;
  readonly requested: Promise<void>;
}

/** SIGINT, SIGTERM, SIGHUP, or the sudden end of the process that started this one. A second Ctrl-C exits immediately. */
function stopRequest(terminal: Terminal): StopRequest {
  const controller = new AbortController();
  const { promise, resolve: settle } = Promise.withResolvers<void>();
  const request = (): void => {
    controller.abort();
    settle();
  };
  let firstCtrlCAt: number | undefined;
  process.on('SIGINT', () => {
    firstCtrlCAt ??= performance.now();
    if (performance.now() - firstCtrlCAt > secondSignalAfterMs) {
      terminal.say('exiting immediately; processes that still run end by themselves within seconds');
      process.exit(130);
    }
    request();
  });
  process.on('SIGTERM', request);
  process.on('SIGHUP', request);
  whenBootstrapEnds(request);
  return { signal: controller.signal, requested: promise };
}

const bootstrapCheckMs = 500;

/** A killed bootstrap cannot forward a signal; its child then has another parent. */
function whenBootstrapEnds(request: () => void): void {
  if (process.env['PX0_BOOTSTRAP_PID'] !== String(process.ppid)) return;
  const bootstrap = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === bootstrap) return;
    clearInterval(timer);
    request();
  }, bootstrapCheckMs);
  timer.unref();
}

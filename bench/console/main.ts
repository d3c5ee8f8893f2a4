/**
 * `npm run lighthouse -- [page ...] [--runs N] [--form phone|desktop] [--cpu N]`: what Lighthouse says of the console's pages, as a newcomer's browser loads
 * them: nothing in the cache, on a platform that runs for this alone. Lighthouse is fetched when this is run first; its tree is too large for
 * everybody's node_modules. A phone is taken to be four times slower than this machine, which holds for a benchmark index of about 1500 (the last
 * column); for a slower or busier machine say how many times by --cpu.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { consoleFolder, repositoryRoot } from '@px0/local-platform';
import { chromiumArguments, chromiumBinary, startTestPlatformWithServers } from '@px0/testing/servers';
import { PASSWORD, Shape, World } from '@px0/testing/world';
import { chromium } from 'playwright-core';
import { median } from '../lib/statistics.ts';

const LIGHTHOUSE = '13.5.0';
const forms = ['phone', 'desktop'] as const;
type Form = (typeof forms)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, form: { type: 'string' }, cpu: { type: 'string' } },
});

const execute = promisify(execFile);

/** The file to be run by Node. */
async function lighthouse(): Promise<string> {
  const folder = join(repositoryRoot, 'node_modules', '.cache', 'lighthouse', LIGHTHOUSE);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { lighthouse: LIGHTHOUSE } }),
  );
  await execute('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'], {
    cwd: folder,
    // Lighthouse drives the browser that is here.
    env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: '1' },
  });
  return join(folder, 'node_modules', 'lighthouse', 'cli', 'index.js');
}

/** Pages by name, of an installation in which something has happened. */
async function pagesOf(world: World): Promise<{ pages: Readonly<Record<string, string>>; session: string }> {
  const owner = await world.owner();
  const { team, organization } = owner;
  const names = ['Support reply', 'Ticket triage', 'Weekly digest', 'Welcome mail', 'Meeting notes'];
  const made = await Promise.all(
    names.map((name) =>
      world.make(owner, 'POST', `/v1/teams/${team}/prompts`, { name, description: 'Written by the team.' }),
    ),
  );
  const ids = made.map((one) => ({ id: one.text('prompt', 'id'), slug: one.text('prompt', 'slug') }));
  const template =
    'You are a support agent of {{.company}}.\n{{range .rules}}- {{.}}\n{{end}}Answer in {{.language}}.';
  for (const prompt of ids) {
    await world.live(owner, prompt, template);
    await world.live(owner, prompt, `${template}\nBe brief.`);
    await world.draft(owner, prompt, `${template}\nBe brief and friendly.`);
  }
  const guests = await Promise.all([world.owner(), world.owner(), world.owner()]);
  for (const guest of guests.slice(0, 2)) await world.add(owner, team, guest);
  await world.ask(guests[2], 'POST', `/v1/teams/${team}/join-requests`);
  await world.key(owner, 'read_render');
  const login = await world.make(undefined, 'POST', '/v1/auth/login', {
    email: owner.email,
    password: PASSWORD,
  });
  const session = { token: login.text('token'), expiresAt: login.text('expires_at'), user: login.at('user') };
  const prompt = ids[0]?.id ?? '';
  return {
    session: JSON.stringify(session),
    pages: {
      login: '/login',
      prompts: '/prompts',
      prompt: `/prompts/${prompt}`,
      editor: `/prompts/${prompt}/versions/3`,
      members: `/teams/${team}`,
      inbox: '/inbox',
      keys: `/orgs/${organization}/keys`,
    },
  };
}

/** A browser that is driven by Lighthouse alone while it measures. */
class Browser {
  readonly port: string;
  readonly #child: ReturnType<typeof spawn>;

  private constructor(child: ReturnType<typeof spawn>, port: string) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<Browser> {
    const profile = join(repositoryRoot, 'node_modules', '.cache', 'lighthouse', `profile-${process.pid}`);
    const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
    const child = spawn(await chromiumBinary(), [...chromiumArguments, ...own], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const port = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += String(chunk);
        const found = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`Chromium has ended: ${said}`)));
    });
    return new Browser(child, port);
  }

  /** Puts a session where the console keeps it, or takes it away. */
  async signIn(origin: string, session: string | undefined): Promise<void> {
    const connected = await chromium.connectOverCDP(`http://127.0.0.1:${this.port}`);
    const page = await connected.contexts()[0]?.newPage();
    await page?.goto(`${origin}/icon.svg`);
    await page?.evaluate(
      session === undefined
        ? 'localStorage.clear()'
        : `localStorage.setItem('px0.session', ${JSON.stringify(session)})`,
    );
    await page?.close();
    await connected.close();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }
}

const metrics = {
  'first paint s': ['first-contentful-paint', 1_000, 2],
  'largest paint s': ['largest-contentful-paint', 1_000, 2],
  'blocked ms': ['total-blocking-time', 1, 0],
  shift: ['cumulative-layout-shift', 1, 3],
  'speed index s': ['speed-index', 1_000, 2],
} as const;

async function measure(cli: string, port: string, url: string, form: Form): Promise<Shape> {
  const file = join(repositoryRoot, 'node_modules', '.cache', 'lighthouse', `report-${process.pid}.json`);
  const options = [
    `--port=${port}`,
    '--output=json',
    `--output-path=${file}`,
    '--only-categories=performance,accessibility',
    '--quiet',
    ...(form === 'phone' && values.cpu !== undefined
      ? [`--throttling.cpuSlowdownMultiplier=${values.cpu}`]
      : []),
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  await execute(process.execPath, [cli, url, ...options], { timeout: 180_000 });
  return new Shape(JSON.parse(await readFile(file, 'utf8')));
}

const [cli, directory] = await Promise.all([lighthouse(), consoleFolder()]);
const platform = await startTestPlatformWithServers({
  serviceEnv: { gateway: { CONSOLE_DIRECTORY: directory } },
});
const browser = await Browser.start();
const rows: Record<string, string | number>[] = [];
const reports: unknown[] = [];
try {
  const { pages, session } = await pagesOf(new World(platform));
  for (const [name, path] of Object.entries(pages)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    await browser.signIn(platform.gatewayUrl, name === 'login' ? undefined : session);
    for (const form of forms) {
      if (values.form !== undefined && values.form !== form) continue;
      const runs: Shape[] = [];
      while (runs.length < Number(values.runs)) {
        runs.push(await measure(cli, browser.port, platform.gatewayUrl + path, form));
      }
      const scores = runs.map((run) => Number(run.at('categories', 'performance', 'score')) * 100);
      const accessible = runs.map((run) => Number(run.at('categories', 'accessibility', 'score')) * 100);
      rows.push({
        page: name,
        form,
        performance: `${median(scores).toFixed(0)} (${Math.min(...scores).toFixed(0)} to ${Math.max(...scores).toFixed(0)})`,
        accessibility: Math.min(...accessible).toFixed(0),
        ...Object.fromEntries(
          Object.entries(metrics).map(([title, [audit, unit, digits]]) => [
            title,
            (median(runs.map((run) => Number(run.at('audits', audit, 'numericValue')))) / unit).toFixed(
              digits,
            ),
          ]),
        ),
        machine: median(runs.map((run) => Number(run.at('environment', 'benchmarkIndex')))).toFixed(0),
      });
      reports.push(...runs.map((run) => run.value));
      console.table(rows.slice(-1));
    }
  }
  console.table(rows);
  await mkdir(join(repositoryRoot, 'bench', 'results'), { recursive: true });
  await writeFile(
    join(repositoryRoot, 'bench', 'results', 'lighthouse.json'),
    JSON.stringify({ rows, reports }),
  );
} finally {
  await browser.stop();
  await platform.stop();
}

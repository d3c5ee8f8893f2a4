/**
 * Runs the console as users do: the built files, served by the gateway of a real platform, in a headless Chromium. All stories share one
 * platform and one browser. Each person has their own browser context, so several can work at the same time. A story fails if one of its
 * pages reports a problem: an error, a violation of the content security policy, or a request to another origin.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFolder, documentationFolder, repositoryRoot } from '@px0/local-platform';
import {
  chromiumArguments,
  chromiumBinary,
  eventually,
  startTestPlatform,
  type TestPlatform,
} from '@px0/testing';
import {
  type Api,
  describedApi,
  type Method,
  PASSWORD,
  type RequestOptions,
  Shape,
} from '@px0/testing/world';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export { PASSWORD };

/** A verified account with its default organization and team. */
export interface Person {
  readonly email: string;
  readonly userId: string;
  /** The token of an API session, separate from the browser's. */
  readonly token: string;
  readonly organizationId: string;
  readonly teamId: string;
}

export interface WindowOptions {
  /** The person to log in; no session if absent. */
  readonly person?: Person;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** The folder for screenshots, which Git ignores. */
const pictures = join(repositoryRoot, 'tests', 'console', 'screenshots');

/** Theme, width and height of a desktop and a phone window. These two show every theme and every layout once. */
const twoViews = [
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const;
const everyView = [...twoViews, ['dark', 1440, 900], ['light', 390, 844]] as const;
const isLong = process.env['PX0_LONG_TESTS'] === '1';

/** Waits for a toast with this text. */
export async function toastSays(page: Page, text: string): Promise<void> {
  await page.getByRole('region', { name: 'Notifications' }).getByText(text).waitFor();
}

/** Chooses an option of a select by its label. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

export class ConsoleHarness {
  readonly platform: TestPlatform;
  readonly api: Api;
  readonly #browser: Browser;
  readonly #contexts = new Set<BrowserContext>();
  readonly #complaints: string[] = [];
  /** Pages for which px0 seems to be away. */
  readonly #away = new WeakSet<Page>();
  /** The window of the last inspection. */
  #inspection: { readonly person: Person | undefined; readonly page: Page } | undefined;

  private constructor(platform: TestPlatform, browser: Browser) {
    this.platform = platform;
    this.#browser = browser;
    this.api = describedApi(platform.gatewayUrl);
  }

  static async start(): Promise<ConsoleHarness> {
    const [directory, executablePath] = await Promise.all([consoleFolder(), chromiumBinary()]);
    const [platform, browser] = await Promise.all([
      startTestPlatform({
        // Identity writes emails to its output, where `code` finds them.
        env: { RESEND_API_KEY: '' },
        serviceEnv: { gateway: { CONSOLE_DIRECTORY: directory, DOCS_DIRECTORY: documentationFolder } },
      }),
      chromium.launch({ executablePath, args: [...chromiumArguments] }),
    ]);
    return new ConsoleHarness(platform, browser);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.platform.stop();
  }

  /** Call after each story: closes its windows, and fails the story if one of them reported a problem. */
  async finish(): Promise<void> {
    await Promise.all([...this.#contexts].map((context) => context.close()));
    this.#contexts.clear();
    expect(this.#complaints.splice(0)).toEqual([]);
  }

  /** Waits for the newest code emailed to an address. `after` is an older code to ignore. */
  async code(email: string, after?: string): Promise<string> {
    const file = join(this.platform.home, 'logs', 'identity.log');
    return await eventually(
      async () => {
        const mails = (await readFile(file, 'utf8')).split('--- mail to ').slice(1);
        const mail = mails.findLast((text) => text.startsWith(`${email}: `));
        const code = /^ {4}(\S+)$/m.exec(mail ?? '')?.[1];
        return code === after ? undefined : code;
      },
      { what: `a mail to ${email}`, timeoutMs: 60_000 },
    );
  }

  /** The body of a successful API response, which can be read by path. */
  async shape(method: Method, path: string, options: RequestOptions = {}): Promise<Shape> {
    return new Shape(await this.api.call(method, path, options));
  }

  async person(name = 'person'): Promise<Person> {
    const email = `${name}-${randomUUID().slice(0, 8)}@example.com`;
    const credentials = { email, password: PASSWORD };
    await this.api.call('POST', '/v1/auth/register', { body: credentials });
    const body = { email, code: await this.code(email) };
    await this.api.call('POST', '/v1/auth/verify-email', { body });
    const login = await this.shape('POST', '/v1/auth/login', { body: credentials });
    const token = login.text('token');
    const organizations = await this.shape('GET', '/v1/me/orgs', { token });
    const teams = await this.shape('GET', '/v1/me/teams', { token });
    return {
      email,
      userId: login.text('user', 'id'),
      token,
      organizationId: organizations.text('organizations', 0, 'id'),
      teamId: teams.text('teams', 0, 'id'),
    };
  }

  /** Opens a page in its own browser context, which shares no storage with other windows. */
  async open(path: string, options: WindowOptions = {}): Promise<Page> {
    const { person, theme = 'light', width = 1440, height = 900 } = options;
    const context = await this.#browser.newContext({
      baseURL: this.platform.gatewayUrl,
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(60_000);
    this.#contexts.add(context);
    if (person !== undefined) {
      const login = await this.shape('POST', '/v1/auth/login', {
        body: { email: person.email, password: PASSWORD },
      });
      const session = { token: login.text('token'), expiresAt: login.text('expires_at') };
      const stored = JSON.stringify({ ...session, user: login.at('user') });
      // Only once, so that a page that logs out stays logged out after a reload.
      await context.addInitScript(
        `if (sessionStorage.getItem('seeded') === null) {
          sessionStorage.setItem('seeded', 'yes');
          localStorage.setItem('px0.session', ${JSON.stringify(stored)});
        }`,
      );
    }
    const page = await context.newPage();
    this.#listen(page);
    await page.goto(path);
    return page;
  }

  /** From now on, px0 may be away for a page, and the page may say so in the browser's console. */
  expectOutage(page: Page): void {
    this.#away.add(page);
  }

  /**
   * Expects no violation of WCAG 2.2 A and AA or of axe's best practices in the current state of the page, except that tooltips and menus
   * are at the end of the document, outside any landmark.
   */
  async expectAccessible(page: Page): Promise<void> {
    if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const result: unknown = await page.evaluate(
      `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })
        .then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
          nodes.filter(({ html }) => id !== 'region' || !html.includes('data-radix-popper')).map((node) => id + ': ' + help + ' ' + node.html.slice(0, 300) + ' ' + node.failureSummary)))`,
    );
    expect(result, page.url()).toEqual([]);
  }

  /**
   * Inspects a page in both themes and on desktop and phone: takes a screenshot of each view (of all four in the long form of the tests),
   * and expects no violations and no horizontal scrolling. `ready` waits for the page's content.
   */
  async inspect(
    name: string,
    path: string,
    person: Person | undefined,
    ready: (page: Page) => Promise<unknown>,
  ) {
    await mkdir(pictures, { recursive: true });
    const page = await this.#inspected(path, person);
    for (const [theme, width, height] of isLong ? everyView : twoViews) {
      // The console follows the system's theme without a reload.
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height });
      await ready(page);
      await page.evaluate('document.fonts.ready');
      const file = join(pictures, `${name}-${theme}-${width}.png`);
      await page.screenshot({ path: file, animations: 'disabled' });
      await this.expectAccessible(page);
      const overflow: unknown = await page.evaluate(
        'Math.max(0, document.documentElement.scrollWidth - window.innerWidth)',
      );
      expect(overflow, `${name} is wider than a window of ${width} pixels`).toBe(0);
    }
  }

  /** A page in a window that remembers nothing. Each window costs Chromium a second, so inspections for one person share theirs. */
  async #inspected(path: string, person: Person | undefined): Promise<Page> {
    const last = this.#inspection;
    if (last === undefined || last.person !== person || last.page.isClosed()) {
      await last?.page.context().close();
      const page = await this.open(path, person && { person });
      this.#inspection = { person, page };
      return page;
    }
    const [theme, width, height] = twoViews[0];
    await last.page.evaluate('localStorage.clear(); sessionStorage.clear()');
    await last.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await last.page.setViewportSize({ width, height });
    await last.page.goto(path);
    return last.page;
  }

  #listen(page: Page): void {
    const origin = this.platform.gatewayUrl;
    page.on('console', (message) => {
      // API errors are part of the stories, but a browser reports each one as an error.
      const expected = this.#away.has(page) ? /status of [45]\d\d|^ApiError: / : /status of 4\d\d/;
      if (message.type() === 'error' && !expected.test(message.text())) {
        this.#complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => this.#complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('request', (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`)) {
        this.#complaints.push(`${page.url()} asks another origin: ${request.url()}`);
      }
    });
  }
}

/**
 * `npm run docs:pictures -- [name ...]`: takes the pictures of the console that the README and the guides show, in both themes, from a console
 * that is built and runs for this alone, and writes them to `docs/pictures`. Run it when a page in them has changed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFolder, repositoryRoot } from '@px0/local-platform';
import { chromiumArguments, chromiumBinary, startTestPlatformWithServers } from '@px0/testing/servers';
import { PASSWORD, World } from '@px0/testing/world';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { makeScene, type Scene } from './scene.ts';

const folder = join(repositoryRoot, 'docs', 'pictures');
/** Wide enough for every column, and drawn large enough to be read when a page shows it at two thirds. */
const WINDOW = { viewport: { width: 1180, height: 740 }, deviceScaleFactor: 1.5 };
const themes = ['light', 'dark'] as const;

interface Picture {
  readonly name: string;
  readonly path: (scene: Scene) => string;
  /** Changes the scene first, for this picture and those after it. */
  readonly prepare?: (world: World, scene: Scene) => Promise<unknown>;
  /** Brings the page to what the picture shows, and waits for it. */
  readonly ready: (page: Page, scene: Scene) => Promise<unknown>;
}

const dialog = (page: Page) => page.getByRole('alertdialog');

const pictures: readonly Picture[] = [
  {
    name: 'list',
    path: () => '/prompts',
    ready: (page) => page.getByRole('link', { name: 'Refund reply' }).first().waitFor(),
  },
  {
    name: 'editor',
    path: ({ prompt, draft }) => `/prompts/${prompt.id}/versions/${draft}`,
    async ready(page) {
      await page.getByRole('region', { name: 'Rendered output' }).getByText('Apologise once').waitFor();
      // Counted a moment later, once for the text and once for the output.
      await page
        .getByText(/≈ \d+ tokens/)
        .nth(1)
        .waitFor();
    },
  },
  {
    name: 'make-live',
    path: ({ prompt }) => `/prompts/${prompt.id}`,
    async ready(page, { stable }) {
      const card = page.getByRole('article', { name: `Version ${stable}` });
      await card.getByRole('button', { name: 'Make live' }).click();
      await dialog(page)
        .getByText(/payloads/)
        .first()
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Make live' }).waitFor();
    },
  },
  {
    name: 'prompt',
    path: ({ prompt }) => `/prompts/${prompt.id}`,
    ready: (page, { draft }) => page.getByRole('article', { name: `Version ${draft}` }).waitFor(),
  },
  {
    name: 'compare',
    path: ({ prompt, stable, payload }) =>
      `/prompts/${prompt.id}/compare?from=${stable - 1}&to=${stable}&payload=${payload}`,
    ready: (page) =>
      page
        .getByRole('region', { name: /^Diff of/ })
        .first()
        .waitFor(),
  },
  {
    name: 'review',
    path: ({ request }) => `/requests/${request}`,
    prepare: (world, { ada }) =>
      world.make(ada, 'POST', `/v1/teams/${ada.team}/prompt-policies`, {
        name: 'Production',
        match: { slugs: ['refund_*'], transitions: ['live'] },
        require: { approvals: 1 },
      }),
    ready: (page) =>
      page
        .getByRole('region', { name: /^Diff of/ })
        .first()
        .waitFor(),
  },
];

async function signedIn(
  browser: Browser,
  world: World,
  origin: string,
  scene: Scene,
): Promise<BrowserContext> {
  const context = await browser.newContext({ ...WINDOW, baseURL: origin, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  const credentials = { email: scene.ada.email, password: PASSWORD };
  const login = await world.make(undefined, 'POST', '/v1/auth/login', credentials);
  const session = { token: login.text('token'), expiresAt: login.text('expires_at'), user: login.at('user') };
  const text = JSON.stringify(JSON.stringify(session));
  await context.addInitScript(`localStorage.setItem('px0.session', ${text})`);
  return context;
}

/** The room that pages keep for a scroll bar, which nothing is drawn into. */
const GUTTER = 15;

/** As WebP, which is a third of PNG here. */
async function take(page: Page, file: string): Promise<void> {
  await page.evaluate('document.fonts.ready');
  // A change of the theme has reached every icon.
  const frame = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
  await page.evaluate(
    `${frame}.then(() => Promise.all(document.getAnimations().map((one) => one.finished)))`,
  );
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 80,
    clip: { x: 0, y: 0, width: WINDOW.viewport.width - GUTTER, height: WINDOW.viewport.height, scale: 1 },
  });
  await writeFile(file, Buffer.from(data, 'base64'));
}

const names = process.argv.slice(2);
const wanted = pictures.filter(({ name }) => names.length === 0 || names.includes(name));
const [directory, executablePath] = await Promise.all([consoleFolder(), chromiumBinary()]);
const platform = await startTestPlatformWithServers({
  serviceEnv: { gateway: { CONSOLE_DIRECTORY: directory } },
});
const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] });
try {
  const world = new World(platform);
  const scene = await makeScene(world);
  const context = await signedIn(browser, world, platform.gatewayUrl, scene);
  await mkdir(folder, { recursive: true });
  for (const { name, path, prepare, ready } of wanted) {
    await prepare?.(world, scene);
    const page = await context.newPage();
    await page.goto(path(scene));
    await ready(page, scene);
    for (const theme of themes) {
      // The console follows the system's theme without a reload.
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await take(page, join(folder, `${name}-${theme}.webp`));
      process.stdout.write(`docs/pictures/${name}-${theme}.webp\n`);
    }
    await page.close();
  }
} finally {
  await browser.close();
  await platform.stop();
}

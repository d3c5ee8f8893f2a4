/** Where Chromium is, for tests that use px0 as a person does; installed when it is missing and that needs no question. */
import { systemProgram } from '@px0/local-platform';

export async function chromiumBinary(): Promise<string> {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return own;
  const log = (text: string) => process.stdout.write(`px0: ${text}\n`);
  const browser = {
    // The headless shell is the same engine without Chromium's own windows, which cost twice as much as the pages in them.
    names: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
    byHand: 'install it (sudo apt-get install chromium), or say where a browser of yours is in CHROMIUM',
  };
  const shell = { ...browser, packages: { 'apt-get': 'chromium-headless-shell', apk: 'chromium' } };
  const whole = { ...browser, packages: { 'apt-get': 'chromium' } };
  // Not every release of Debian has the shell.
  return await systemProgram(shell, log).catch(() => systemProgram(whole, log));
}

/**
 * What it is started with. Without a sandbox, since tests run as root, too; and quiet, since nothing but the page under test is to be
 * reached.
 */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

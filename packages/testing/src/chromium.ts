/** Where Chromium is, for tests that use px0 as a person does; installed when it is missing and that needs no question. */
import { systemProgram } from '@px0/local-platform';

export function chromiumBinary(): Promise<string> {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return Promise.resolve(own);
  return systemProgram(
    {
      names: ['chromium', 'chromium-browser', 'google-chrome'],
      packages: { 'apt-get': 'chromium', apk: 'chromium' },
      byHand: 'install it (sudo apt-get install chromium), or say where a browser of yours is in CHROMIUM',
    },
    (text) => process.stdout.write(`px0: ${text}\n`),
  );
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

/** A launcher in its own process, which a test may kill. It starts the platform with stub services and reports when it is up. */
import { join } from 'node:path';
import { startPlatform } from '../src/mod.ts';

const [home = '', port = ''] = process.argv.slice(2);
const platform = await startPlatform({
  home,
  port: Number(port),
  env: process.env,
  servicesFolder: join(import.meta.dirname, 'stub-services'),
  notice: (text) => process.stdout.write(`${text}\n`),
});
process.stdout.write('up\n');
process.on('SIGTERM', () => {
  void platform.stop().then(() => process.exit(0));
});

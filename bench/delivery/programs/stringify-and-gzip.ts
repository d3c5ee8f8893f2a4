/** The baseline of a transfer: fetches a snapshot, and then makes the same text from its objects, compressed at level 1. Prints the processor time of that. */
import { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';

const [url = '', key = ''] = process.argv.slice(2);
const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
const frames: unknown[] = (await response.text())
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

const before = process.cpuUsage();
let bytes = 0;
const gzip = createGzip({ level: 1 });
const sink = new Writable({ write: (_piece, _encoding, done) => done() });
const finished = new Promise((resolve) => gzip.pipe(sink).once('finish', resolve));
let text = '';
const flush = async (): Promise<void> => {
  bytes += text.length;
  if (!gzip.write(text)) await new Promise((resolve) => gzip.once('drain', resolve));
  text = '';
};
/** A call for each line would cost more than its compression. */
const CHUNK = 32 * 1024;
for (const frame of frames) {
  text += `${JSON.stringify(frame)}\n`;
  if (text.length >= CHUNK) await flush();
}
await flush();
gzip.end();
await finished;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds: (user + system) / 1e6, bytes }));

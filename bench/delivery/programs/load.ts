/**
 * Reads a state file: `parse` only as JSON, line by line; `file` and `stream` as a client of that mode, until its first render. Prints the processor time and
 * the time by the clock, in milliseconds. The programs of the other languages do the same.
 */
import { readFileSync } from 'node:fs';
import { Px0 } from '@px0/sdk';

const [way = '', path = '', host = ''] = process.argv.slice(2);
const [cpu, began] = [process.cpuUsage(), performance.now()];

async function read(): Promise<unknown> {
  if (way === 'parse') {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
  }
  const mode = way === 'stream' ? 'stream' : 'file';
  const px0 = new Px0({ mode, host, accessToken: 'px0_bench', stateFile: path });
  const { text } = await px0.render('p7', { name: 'Ada', place: 'London' });
  if (!text.startsWith('Prompt 7. Ada asks from London.')) throw new Error(`rendered ${text}`);
  return px0;
}

const kept = await read();
const { user, system } = process.cpuUsage(cpu);
const times = { cpu_ms: (user + system) / 1_000, wall_ms: performance.now() - began };
console.log(JSON.stringify(times));
process.exit(kept === undefined ? 1 : 0);

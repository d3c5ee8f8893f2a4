/**
 * The baseline: Node's own HTTP server, which reads, parses and answers the same JSON and does nothing else. With `PX0_BENCH_TEXTS`, lengths by
 * slug, it joins the variables with a text of that length and answers as many bytes as px0.
 */
import { createServer } from 'node:http';
import { largeText } from '../lib/texts.ts';

const lengths: Record<string, number> = JSON.parse(process.env['PX0_BENCH_TEXTS'] ?? '{}');
const texts = new Map<string | undefined, readonly string[]>();
for (const [slug, length] of Object.entries(lengths))
  texts.set(`/v1/prompts/${slug}/render`, largeText(length).split(/\{\{.*?\}\}/));

function answerTo(url: string | undefined, request: string): string {
  const parsed = JSON.parse(request);
  const text = texts.get(url);
  if (text === undefined) return JSON.stringify(parsed);
  const { name, place } = parsed.variables;
  const rendered = `${text[0]}${name}${text[1]}${place}${text[2]}`;
  return JSON.stringify({ rendered, version: 1, slug: 'text', tags: [] });
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const body = answerTo(req.url, Buffer.concat(chunks).toString('utf8'));
    res.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    res.end(body);
  });
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)));

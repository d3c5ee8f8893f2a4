/** Applies a unified diff strictly: every context and removed line must stand where the header says, and the counts must be right. */

/** @throws Error naming the first line that does not fit */
export function applyUnified(from: string, diff: string): string {
  if (diff === '') return from;
  const source = from.split('\n');
  const result: string[] = [];
  let position = 0;
  const [first = '', second = '', ...rest] = diff.split('\n');
  if (!first.startsWith('--- ') || !second.startsWith('+++ ')) throw new Error('no headers');
  if (rest.pop() !== '') throw new Error('the last line does not end in a newline');
  let fromLeft = 0;
  let toLeft = 0;
  for (const line of rest) {
    if (fromLeft === 0 && toLeft === 0) {
      const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line);
      if (header === null) throw new Error(`no hunk header: ${line}`);
      fromLeft = Number(header[2] ?? 1);
      toLeft = Number(header[4] ?? 1);
      const start = fromLeft === 0 ? Number(header[1]) : Number(header[1]) - 1;
      result.push(...source.slice(position, start));
      position = start;
      if (result.length !== (toLeft === 0 ? Number(header[3]) : Number(header[3]) - 1))
        throw new Error(`wrong start: ${line}`);
      continue;
    }
    const text = line.slice(1);
    if (line[0] !== '+') {
      if (source[position] !== text) throw new Error(`line ${position + 1} is not ${JSON.stringify(text)}`);
      position += 1;
      fromLeft -= 1;
    }
    if (line[0] !== '-') {
      result.push(text);
      toLeft -= 1;
    }
  }
  if (fromLeft !== 0 || toLeft !== 0) throw new Error('a hunk is shorter than its header says');
  return [...result, ...source.slice(position)].join('\n');
}

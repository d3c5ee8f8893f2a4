/**
 * The text of a response. Time limits bound how long a body may take, and this bounds how much of it is held: within two seconds a neighbour that
 * answers without end would fill the memory.
 */

/** px0's largest answers are exports and batches, of a few dozen MiB at most. */
const MOST_BYTES = 128 * 1024 * 1024;

/** @throws Error for a response that is none, or whose body is longer than any of px0 */
export async function boundedText(response: Response): Promise<string> {
  // A `fetch` that an application gives may answer with anything.
  if (!Number.isInteger(response.status) || typeof response.headers?.get !== 'function') {
    throw new Error('the given fetch has answered with something that is no response');
  }
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  const isBounded = declared <= MOST_BYTES && response.headers.get('content-encoding') === null;
  // The quick way, and the only one where a body is no web stream.
  if (isBounded || typeof response.body?.getReader !== 'function') return textOf(await response.text());
  return collected(response.body);
}

async function collected(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MOST_BYTES) {
      // Not waited for: what sends without end may not end now, either.
      reader.cancel().catch(() => undefined);
      throw new Error(`the answer is longer than ${MOST_BYTES / 1024 / 1024} MiB`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function textOf(text: unknown): string {
  if (typeof text !== 'string') throw new Error('the given fetch has answered with a body that is no text');
  return text;
}

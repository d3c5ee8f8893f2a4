/**
 * The text of a response. Time limits bound how long a body may take, and this bounds how much of it is held: within two seconds a neighbour that
 * answers without end would fill the memory.
 */

/** A text of px0 has 8 MiB at most, which are 48 MiB in JSON when each character is a control character. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @throws Error for a response that is none, or whose body is longer than any of px0 */
export async function boundedText(response: Response): Promise<string> {
  // A `fetch` that an application gives may answer with anything.
  if (!Number.isInteger(response.status) || typeof response.headers?.get !== 'function') {
    throw new Error('the given fetch did not return a response');
  }
  const { body, headers } = response;
  const declared = headers.get('content-encoding') === null ? headers.get('content-length') : null;
  // Where a body is no web stream, there is no other way than the quick one.
  if (declared === null && typeof body?.getReader === 'function') return collected(body);
  if (Number(declared) > MOST_BYTES) throw tooLong();
  const text: unknown = await response.text();
  if (typeof text !== 'string') throw new Error('the given fetch returned a body that is not a string');
  return text;
}

async function collected(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join('') + decoder.decode();
    bytes += value.length;
    if (bytes > MOST_BYTES) {
      // Not waited for: what sends without end may not end now, either.
      reader.cancel().catch(() => undefined);
      throw tooLong();
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
}

function tooLong(): Error {
  return new Error(`the response is longer than ${MOST_BYTES / 1024 / 1024} MiB`);
}

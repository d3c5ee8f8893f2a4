/** A request's head as it goes over the wire, where nothing in it needs a second look. */

/** Methods that announce the length of a body, and those that have none. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);
const withoutBody = new Set(['GET', 'DELETE', 'OPTIONS']);

/** Neither may carry what ends a line. undici has the same rules, and refuses what breaks them. */
const STRANGE_IN_PATH = /[^\u0021-\u00ff]/;
const STRANGE_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Undefined for what undici has to judge. Names come from Node's parser or from this program.
 *
 * @param headers names and values in turn
 * @param own lines of the connection, each with its end
 */
export function requestHead(
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly string[];
    readonly body: Buffer | undefined;
  },
  own: string,
): string | undefined {
  const { method, path, headers, body } = request;
  const announces = withBody.has(method);
  if (!announces && (body !== undefined || !withoutBody.has(method))) return undefined;
  if (!path.startsWith('/') || STRANGE_IN_PATH.test(path)) return undefined;
  let head = `${method} ${path} HTTP/1.1\r\n${own}`;
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] ?? '';
    if (STRANGE_IN_VALUE.test(value)) return undefined;
    head += `${headers[i]}: ${value}\r\n`;
  }
  return announces ? `${head}content-length: ${body?.length ?? 0}\r\n\r\n` : `${head}\r\n`;
}

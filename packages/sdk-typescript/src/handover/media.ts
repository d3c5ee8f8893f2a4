/** Media parts: what a provider takes, and how the data of a `data:` URL are written for it. URLs are handed over, never fetched. */
import type { MediaPart } from '../chat-message.ts';
import { UsageError } from '../errors.ts';

export interface Media {
  /** In lower case, without parameters. */
  readonly type: string;
  /** Where it is; undefined when the data are here. */
  readonly url?: string;
  /** The data in base64. */
  readonly data?: string;
}

/** How a provider writes a kind of media; undefined where it does not take it. */
export interface MediaWriters<Part> {
  readonly byUrl?: (url: string, type: string) => Part;
  readonly byData?: (data: string, type: string) => Part;
}

/** @throws UsageError for media that the provider does not take */
export function writeMedia<Part>(
  provider: string,
  part: MediaPart,
  writersOf: (type: string) => MediaWriters<Part>,
): Part {
  const { type, url, data } = mediaOf(provider, part);
  const { byUrl, byData } = writersOf(type);
  if (url !== undefined && byUrl !== undefined) return byUrl(url, type);
  if (data !== undefined && byData !== undefined) return byData(data, type);
  throw new UsageError(`${provider} does not take ${type} by ${url === undefined ? 'data' : 'url'}`);
}

const SCHEME = 'data:';

/** @throws UsageError when nothing says of what type it is, and for a `data:` URL that is none */
function mediaOf(provider: string, { url, media_type: given }: MediaPart): Media {
  if (url.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    if (given === undefined) {
      throw new UsageError(`${provider} does not take media without a media type by url`);
    }
    return { type: typeOf(given), url };
  }
  const comma = url.indexOf(',');
  if (comma < 0) throw new UsageError(`${provider} does not take a data: URL without a comma`);
  const head = url.slice(SCHEME.length, comma);
  const isBase64 = /;[\t\n\v\f\r ]*base64[\t\n\v\f\r ]*$/i.test(head);
  return {
    type: typeOf(given ?? head) || 'text/plain',
    data: base64Of(url.slice(comma + 1), isBase64),
  };
}

/** What other letters and white space are differs between languages, and no media type has them. */
function typeOf(text: string): string {
  const [bare = ''] = text.split(';');
  return /\P{ASCII}/u.test(bare) ? bare : bare.trim().toLowerCase();
}

function base64Of(body: string, isBase64: boolean): string {
  if (isBase64 && !body.includes('%')) return body;
  const bytes = percentDecoded(body);
  return isBase64 ? new TextDecoder().decode(bytes) : base64(bytes);
}

const PERCENT = 0x25;

/** A percent sign that begins no escape stands for itself. */
function percentDecoded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const escaped = byte === PERCENT ? hexValue(bytes[at + 1]) * 16 + hexValue(bytes[at + 2]) : Number.NaN;
    const isEscape = !Number.isNaN(escaped);
    bytes[length] = isEscape ? escaped : byte;
    length += 1;
    if (isEscape) at += 2;
  }
  return bytes.subarray(0, length);
}

/** NaN for what is no hexadecimal digit. */
function hexValue(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  // Capitals become small letters.
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : Number.NaN;
}

/** More arguments than these a call may not have. */
const CHUNK = 8_192;

/** Platforms other than Node.js have no `Buffer`. */
function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

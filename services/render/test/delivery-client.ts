/** Asks a render process for deliveries, and reads the frames with the code of clients. */
import { expectDescribed } from '@px0/contracts/response-check';
import { Digest, type Frame, readFrame } from '@px0/delivery';

export interface SnapshotAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly frames: readonly Frame[];
}

/** Fails on an answer that the API description does not know. */
export async function snapshot(
  url: string,
  token: string | undefined,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<SnapshotAnswer> {
  const search = new URLSearchParams(query).toString();
  const path = `/v1/delivery/snapshot${search === '' ? '' : `?${search}`}`;
  const response = await fetch(url + path, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
  const text = await response.text();
  expectDescribed({ method, path, status: response.status, headers: response.headers, text });
  const lines = response.status === 200 ? text.split('\n').filter((line) => line !== '') : [];
  return { status: response.status, headers: response.headers, text, frames: lines.map(frameOf) };
}

function frameOf(line: string): Frame {
  const frame = readFrame(line);
  if (frame === undefined) throw new Error(`no client knows ${line}`);
  return frame;
}

/** The frames of one type. */
export function of<T extends Frame['type']>(
  frames: readonly Frame[],
  type: T,
): Extract<Frame, { type: T }>[] {
  return frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
}

/** What the frames of a whole transfer come to: the digest and the number of all that was put. */
export function sum(frames: readonly Frame[]): { readonly digest: string; readonly count: number } {
  const digest = new Digest();
  for (const { prompt } of of(frames, 'put')) digest.add(prompt.etag);
  return { digest: digest.text, count: digest.count };
}

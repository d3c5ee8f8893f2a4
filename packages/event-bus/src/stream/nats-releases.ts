/**
 * Which releases of nats-server px0 runs on: the one place that says so. `docs/operations/nats.md` repeats it for operators, and a test
 * compares the two.
 */

/** Named consumers without a durable, which every reader opens, came with it. */
export const OLDEST_NATS = '2.9.0';

/** `npm run test:nats-releases` runs the tests of readers and owners on each. 2.9.10 is Debian 12's. */
export const TESTED_NATS = ['2.9.10', '2.9.25', '2.10.26', '2.11.11', '2.12.8', '2.15.1'] as const;

/**
 * They jump to the end of a stream of more than 32 blocks (132 MB) when the next sequence lies between two blocks, so consumers lose
 * messages without a trace. px0 notices and reads everything again, which takes seconds each time; 2.10.0 has the mend.
 */
export const SKIPPING_NATS = { from: '2.9.22', before: '2.10.0' } as const;

export type NatsVerdict =
  | { readonly kind: 'supported' }
  /** px0 runs, at a cost. One line for the log. */
  | { readonly kind: 'flawed'; readonly warning: string }
  | { readonly kind: 'too-old'; readonly error: string };

/** What is to be said about a server's release, as it names itself. A name that is no release is let pass. */
export function judgeNats(version: string | undefined): NatsVerdict {
  const release = releaseOf(version);
  if (release === undefined) return { kind: 'supported' };
  if (isBefore(release, OLDEST_NATS)) {
    return {
      kind: 'too-old',
      error: `The NATS server is release ${version}; px0 needs ${OLDEST_NATS} or later.`,
    };
  }
  if (isBefore(release, SKIPPING_NATS.from) || !isBefore(release, SKIPPING_NATS.before))
    return { kind: 'supported' };
  return {
    kind: 'flawed',
    warning: `NATS server ${version} can skip messages of large streams (${SKIPPING_NATS.from} to before ${SKIPPING_NATS.before} do): px0 notices and reads everything again; upgrade it.`,
  };
}

type Release = readonly [number, number, number];

function isBefore(release: Release, other: string): boolean {
  const bound = releaseOf(other) ?? [0, 0, 0];
  const different = release.findIndex((part, index) => part !== bound[index]);
  return different !== -1 && (release[different] ?? 0) < (bound[different] ?? 0);
}

/** `2.10.0-preview.1` counts as 2.10.0. */
function releaseOf(version: string | undefined): Release | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

import { describe, expect, it } from 'vitest';
import { type PromptService, sourceText, usedByRows } from './used-by-rows.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();

/** A service that was seen so many minutes after noon. */
function seen(service: string, version: number | null, minutes: number): PromptService {
  return {
    service,
    version,
    source: version === null ? 'fallback' : 'stream',
    renders: 1,
    failures: 0,
    first_seen_at: at(minutes - 1),
    last_seen_at: at(minutes),
    service_version: null,
    sdk: null,
    variables: [],
  };
}

describe('a service', () => {
  const live = { version: 6, published_at: at(0) };
  const marks = (...services: PromptService[]) =>
    usedByRows(services, live).map(({ service, version, mark }) => [service, version, mark]);

  it('stands out, before the others, on a fallback or an older version', () => {
    expect(
      marks(seen('search', 6, 60), seen('draft', 7, 60), seen('checkout', 5, 60), seen('mailer', null, 59)),
    ).toEqual([
      ['checkout', 5, 'older'],
      ['mailer', null, 'fallback'],
      ['search', 6, undefined],
      ['draft', 7, undefined],
    ]);
  });

  it('does not for what it has left behind', () => {
    expect(marks(seen('search', 6, 300), seen('search', 5, 200), seen('search', null, 239))).toEqual([
      ['search', 6, undefined],
      ['search', 5, undefined],
      ['search', null, undefined],
    ]);
    // Some of its processes are on the older version still.
    expect(marks(seen('search', 6, 300), seen('search', 5, 290))[0]).toEqual(['search', 5, 'older']);
  });

  it('does not for the version that was live when it rendered', () => {
    expect(marks(seen('search', 5, -5), seen('mailer', 5, 1))).toEqual([
      ['search', 5, undefined],
      ['mailer', 5, undefined],
    ]);
  });

  it('does not by its version where none is live', () => {
    const [fallback, older] = usedByRows([seen('search', 5, 60), seen('search', null, 60)], undefined);
    expect([fallback?.mark, older?.mark]).toEqual(['fallback', undefined]);
  });
});

it('says in words where a service has its version from', () => {
  expect([sourceText('live'), sourceText('snapshot'), sourceText('of a later release')]).toEqual([
    'Rendered by px0',
    'State file',
    'of a later release',
  ]);
});

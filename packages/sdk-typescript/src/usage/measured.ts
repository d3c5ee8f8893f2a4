/** A render in this process that is counted. */
import type { JsonObject } from '../json.ts';
import type { Usage } from './usage.ts';
import type { CountedRender } from './usage-window.ts';

type Subject = Pick<CountedRender, 'promptId' | 'slug' | 'version' | 'source'>;

/** What `run` gives; undefined is no render, and what it throws is one that failed. */
export function measured<T>(
  usage: Usage | undefined,
  { promptId, slug, version, source }: Subject,
  variables: JsonObject,
  run: () => T,
): T {
  if (usage === undefined) return run();
  const began = performance.now();
  let failed = true;
  let result: T | undefined;
  try {
    result = run();
    failed = false;
    return result;
  } finally {
    if (failed || result !== undefined) {
      const milliseconds = performance.now() - began;
      usage.count({ promptId, slug, version, source, failed, milliseconds, variables });
    }
  }
}

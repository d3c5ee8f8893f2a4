/** `docker-compose.yml` as compose reads it: merged, with the variables that it takes from the shell or from `.env`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      build: z
        .object({ context: z.string(), target: z.string(), args: z.record(z.string(), z.string()) })
        .optional(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string().nullable()).default({}),
      volumes: z.array(z.string()).default([]),
      tmpfs: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      profiles: z.array(z.string()).default([]),
      healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});

export type ComposeFile = z.infer<typeof composeSchema>;

const root = join(import.meta.dirname, '..', '..');
export const composeText = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

export function composeDocument(): unknown {
  return parse(composeText, { merge: true });
}

export function composeFile(): ComposeFile {
  return composeSchema.parse(composeDocument());
}

export interface ComposeVariable {
  readonly name: string;
  /** What it is when it is not set; undefined where it is then not handed on. */
  readonly default: string | undefined;
}

/** Every variable that the file takes from outside, in the order of their first appearance. */
export function composeVariables(): ComposeVariable[] {
  const found = new Map<string, ComposeVariable>();
  const code = composeText.replaceAll(/^\s*#.*$/gm, '');
  for (const [, name = '', fallback, passed] of code.matchAll(
    /\$\{([A-Z0-9_]+)(?::-((?:[^{}$]|\$\{[^}]*\})*)|:\+[^}]*)?\}|^ {2,6}([A-Z][A-Z0-9_]+):$/gm,
  )) {
    for (const [, inner = ''] of (fallback ?? '').matchAll(/\$\{([A-Z0-9_]+)/g)) {
      found.set(inner, { name: inner, default: undefined });
    }
    const key = passed ?? name;
    if (!found.has(key)) found.set(key, { name: key, default: fallback?.includes('$') ? '' : fallback });
  }
  return [...found.values()];
}

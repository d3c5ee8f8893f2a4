import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeSamplesOf } from '../src/reference/code-samples.ts';
import { operations } from '../src/reference/description.ts';
import { repositoryRoot } from '../src/repository.ts';

/** Where each generated client's sources are, and what its samples take from it: classes, methods, types, arguments. */
const clients = [
  {
    title: 'TypeScript',
    sources: 'packages/sdk-typescript/src/**/*.ts',
    names: /\b(?:new|import \{) (\w+)|\bapi\.(\w+)\(/g,
  },
  {
    title: 'Python',
    sources: 'packages/sdk-python/px0/**/*.py',
    names: /\bpx0\.(\w+)|\(api_client\)\.(\w+)\(|\b(\w+)=(?=\w)/g,
  },
  {
    title: 'Go',
    sources: 'packages/sdk-go/**/*.go',
    names: /\bapi\.(\w+)|apiClient\.(\w+)|(?<=\w\))\.([A-Z]\w+)\(/g,
  },
] as const;

describe.each(clients)('a sample in $title', ({ title, sources, names }) => {
  const files = globSync(sources, { cwd: repositoryRoot });

  it.skipIf(files.length === 0)('uses names that the generated client has', () => {
    const words = new Set(
      files.flatMap((file) => readFileSync(join(repositoryRoot, file), 'utf8').match(/\w+/g) ?? []),
    );
    const unknown = operations.flatMap((operation) => {
      const sample = codeSamplesOf(operation).find((one) => one.title === title);
      const used = [...(sample?.code ?? '').matchAll(names)].flatMap((match) => match.slice(1));
      const foreign = used.filter((name) => name !== undefined && !words.has(name));
      return foreign.map((name) => `${operation.operationId}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it('is there for every operation of the generated clients', () => {
    const called = operations.filter((one) => one['x-px0-frames'] !== true);
    const missing = called.filter((one) => !codeSamplesOf(one).some((sample) => sample.title === title));
    expect(missing).toEqual([]);
  });
});

describe('a sample in curl', () => {
  it('has the method, the path and the body of the description', () => {
    for (const operation of operations) {
      const code = codeSamplesOf(operation)[0]?.code ?? '';
      const path = operation.path.replaceAll(/\{\w+\}/g, '\\$\\w+');
      expect(code).toMatch(new RegExp(`http://localhost:8000${path}["?]`));
      expect(code.includes(' -d '), operation.operationId).toBe(operation.requestBody !== undefined);
    }
  });
});

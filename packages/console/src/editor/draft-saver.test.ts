import { compile } from '@px0/template';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DraftSaver, type DraftState, type SaveAnswer, type SaverStatus } from './draft-saver.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A registry with one draft, guarded by its entity tag like the real one. */
class Registry {
  draft: DraftState<string> = { content: 'one', etag: '"1"' };
  isReachable = true;
  saves = 0;
  refuses: string | undefined;
  #revision = 1;

  write(content: string): void {
    this.#revision++;
    this.draft = { content, etag: `"${this.#revision}"` };
  }

  async save(content: string, { etag }: DraftState<string>): Promise<SaveAnswer<string>> {
    this.saves++;
    if (!this.isReachable) return { kind: 'unreachable' };
    if (content === this.refuses) return { kind: 'invalid', message: 'must be a number' };
    if (etag !== this.draft.etag) return { kind: 'conflict', theirs: this.draft };
    this.write(content);
    return { kind: 'saved', etag: this.draft.etag };
  }
}

function isTemplate(text: string): boolean {
  try {
    compile(text);
    return true;
  } catch {
    return false;
  }
}

function opened(registry: Registry): { saver: DraftSaver<string>; seen: SaverStatus<string>['kind'][] } {
  const seen: SaverStatus<string>['kind'][] = [];
  const saver = new DraftSaver<string>({
    base: registry.draft,
    backend: registry,
    isSame: (one, other) => one === other,
    canSave: isTemplate,
    onStatus: ({ kind }) => seen.push(kind),
  });
  return { saver, seen };
}

it('writing is saved once, after a pause', async () => {
  const registry = new Registry();
  const { saver, seen } = opened(registry);
  for (const text of ['one t', 'one tw', 'one two']) saver.edit(text);
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('one two');
  expect(registry.saves).toBe(1);
  expect(seen).toEqual(['dirty', 'dirty', 'dirty', 'saving', 'saved']);
});

it('what is written during a save is saved next', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  saver.edit('two');
  const flushed = saver.flush();
  saver.edit('three');
  await flushed;
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('three');
  expect(saver.hasUnsavedContent).toBe(false);
});

it('a text that is no template waits until it is one', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  saver.edit('{{.name');
  await vi.runAllTimersAsync();
  expect(saver.status.kind).toBe('invalid');
  expect(registry.saves).toBe(0);
  saver.edit('{{.name}}');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('{{.name}}');
});

it("somebody else's text is not overwritten: both are kept until one is chosen", async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  registry.write('theirs');
  saver.edit('mine');
  await vi.runAllTimersAsync();
  expect(saver.status).toMatchObject({ kind: 'conflict', theirs: { content: 'theirs' } });
  saver.edit('mine, longer');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('theirs');
  saver.keepMine();
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('mine, longer');
});

it('a conflict may end with a text made from both', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  registry.write('theirs');
  saver.edit('mine');
  await vi.runAllTimersAsync();
  saver.resolveWith('theirs and mine');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('theirs and mine');
});

it('taking theirs saves nothing', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  registry.write('theirs');
  saver.edit('mine');
  await vi.runAllTimersAsync();
  const { saves } = registry;
  saver.resolveWith('theirs');
  await vi.runAllTimersAsync();
  expect([saver.status.kind, registry.saves]).toEqual(['saved', saves]);
});

it('a draft that was only tagged meanwhile is no conflict', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  registry.write('one');
  saver.edit('two');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('two');
});

it('a save whose answer was lost is no conflict with oneself', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  registry.write('two');
  saver.edit('two');
  await vi.runAllTimersAsync();
  expect(saver.status.kind).toBe('saved');
});

it('an unreachable platform is tried again until it answers', async () => {
  const registry = new Registry();
  registry.isReachable = false;
  const { saver } = opened(registry);
  saver.edit('two');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saver.status.kind).toBe('retrying');
  expect(saver.hasUnsavedContent).toBe(true);
  registry.isReachable = true;
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('two');
});

it('closing saves what can be saved, also what was written during a save', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  saver.edit('two');
  void saver.flush();
  saver.edit('three');
  saver.close();
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('three');
});

it('a text that was kept is taken up again, or is a conflict when the draft has moved on', async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  saver.restore('one, unsaved', 'one');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('one, unsaved');
  const { saver: later } = opened(registry);
  later.restore('one, older', 'one');
  expect(later.status).toMatchObject({ kind: 'conflict', theirs: { content: 'one, unsaved' } });
});

it("somebody else's text is taken over while nothing is unsaved, and never for what is unsaved", async () => {
  const registry = new Registry();
  const { saver } = opened(registry);
  const first = registry.draft;
  registry.write('theirs');
  expect(saver.observe(registry.draft)).toBe(true);
  expect(saver.content).toBe('theirs');
  expect(saver.observe(first)).toBe(false);
  saver.edit('mine');
  registry.write('theirs again');
  expect(saver.observe(registry.draft)).toBe(false);
  expect(saver.content).toBe('mine');
});

it('content that the registry rejects stays unsaved, with the reason, until the next edit', async () => {
  const registry = new Registry();
  registry.refuses = 'two';
  const { saver } = opened(registry);
  saver.edit('two');
  await vi.runAllTimersAsync();
  expect(saver.status).toEqual({ kind: 'invalid', message: 'must be a number' });
  expect(saver.hasUnsavedContent).toBe(true);
  expect(registry.saves).toBe(1);
  saver.edit('three');
  await vi.runAllTimersAsync();
  expect(registry.draft.content).toBe('three');
});

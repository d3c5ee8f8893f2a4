/** A client for the tests of applications: it holds what the test gives it, and needs neither px0 nor a key, a network or a file. */
import { type DeliveredPrompt, Digest, type Frame, LANGUAGE_LEVEL } from '@px0/delivery';
import { compileProgram, type Program as LinkedProgram, linkChat } from '@px0/template';
import { Client } from './client.ts';
import { readable, reasonOf, UsageError } from './errors.ts';
import type { FallbackChat, FallbackMessage } from './fallback.ts';
import { readFallbackChat } from './fallback-chat.ts';
import { isObject } from './json.ts';
import type { LocalPrompts } from './local/local-prompts.ts';
import { settingsOf } from './options.ts';
import { localParts } from './parts.ts';
import { pathSegment } from './path-segment.ts';

/** A template, the messages of a chat, or a chat with its configuration. */
export type TestPrompt = string | readonly FallbackMessage[] | FallbackChat;

const TEAM_ID = '00000000-0000-4000-8000-000000000000';
const FINGERPRINT_DIGITS = 16;

export class TestPx0 extends Client {
  readonly #local: LocalPrompts;
  readonly #prompts = new Map<string, DeliveredPrompt>();
  #sequence = 1;

  /** @internal */
  constructor(prompts: Readonly<Record<string, TestPrompt>>) {
    const parts = partsOfTest();
    super(parts);
    const { local } = parts;
    this.#local = local;
    if (!readable('the prompts', () => isObject(prompts))) {
      throw new UsageError('the prompts must be an object that maps slugs to templates or chats');
    }
    const all = readable('the prompts', () => Object.entries(prompts));
    const puts = all.map(([slug, prompt]) => this.#put(slug, prompt));
    const revision = revisionAt(this.#sequence);
    const teams = [{ team_id: TEAM_ID, revision }];
    local.feed([
      { type: 'begin', team_id: TEAM_ID, base: null },
      ...puts,
      { type: 'sync', revision, ...this.#digest(), teams },
    ]);
  }

  /**
   * Makes this the live version of the prompt, which need not exist. It is rendered from now on; the promise settles when the listeners of changes were
   * told.
   *
   * @throws UsageError for what cannot be compiled
   */
  async set(slug: string, prompt: TestPrompt): Promise<void> {
    await this.#change(slug, this.#put(slug, prompt));
  }

  /** Takes the prompt away, as a deletion does. The promise settles when the listeners of changes were told. */
  async delete(slug: string): Promise<void> {
    const prompt = this.#prompts.get(slug);
    if (prompt === undefined) return;
    this.#prompts.delete(slug);
    const revision = revisionAt(this.#sequence + 1);
    await this.#change(slug, { type: 'delete', team_id: TEAM_ID, revision, prompt_id: prompt.id });
  }

  async #change(slug: string, frame: Frame): Promise<void> {
    const prev = revisionAt(this.#sequence);
    this.#sequence += 1;
    const revision = revisionAt(this.#sequence);
    const told = new Promise<void>((resolve) => {
      // Behind all others, so it is told last.
      const end = this.#local.onChange(slug, () => {
        end();
        resolve();
      });
    });
    const teams = [{ team_id: TEAM_ID, prev, revision, ...this.#digest() }];
    this.#local.feed([frame, { type: 'mark', revision, teams }]);
    await told;
  }

  #put(slug: string, given: TestPrompt): Frame {
    pathSegment('a slug', slug);
    const { config, ...program } = programOf(`the prompt ${slug}`, given);
    const { id = crypto.randomUUID(), versions = [] } = this.#prompts.get(slug) ?? {};
    const live = versions.length + 1;
    const version = {
      version: live,
      status: 'live',
      language: LANGUAGE_LEVEL,
      ...definedOf(program),
      // A call that wants a contract has one that allows everything.
      schema: {},
    };
    const prompt: DeliveredPrompt = {
      id,
      slug,
      status: 'active',
      created_at: '2026-01-01T00:00:00Z',
      live,
      tags: {},
      versions: [...versions, { ...version, ...(config !== undefined && { config }) }],
      etag: fingerprintOf(id, live),
    };
    this.#prompts.set(slug, prompt);
    return { type: 'put', team_id: TEAM_ID, revision: revisionAt(this.#sequence + 1), prompt };
  }

  #digest(): { readonly digest: string; readonly count: number } {
    const digest = new Digest();
    for (const { etag } of this.#prompts.values()) digest.add(etag);
    return { digest: digest.text, count: digest.count };
  }
}

function partsOfTest() {
  const settings = settingsOf({
    mode: 'stream',
    host: 'http://px0.test',
    accessToken: 'test',
    remoteWhenNeeded: false,
    usage: 'off',
  });
  const began = Date.now();
  return localParts(settings, {
    // Time stands still, also where a test has taken over the clock: what is held is always current.
    clock: { now: () => began, after: () => () => {}, turn: () => Promise.resolve(), random: () => 0 },
    transport: () => new Promise(() => {}),
  });
}

/** @throws UsageError */
function programOf(what: string, given: TestPrompt): LinkedProgram & { readonly config?: string } {
  if (typeof given === 'string') return checked(what, () => ({ template: given }));
  const chat = Array.isArray(given) ? { messages: given } : given;
  const { entries, config } = readable(what, () => readFallbackChat(what, chat));
  return { ...checked(what, () => linkChat(entries)), ...(config !== undefined && { config }) };
}

function checked(what: string, link: () => LinkedProgram): LinkedProgram {
  try {
    const program = link();
    compileProgram(program);
    return program;
  } catch (error) {
    throw new UsageError(`${what} is not a valid template: ${reasonOf(error)}`, { cause: error });
  }
}

function definedOf({ template, outline, sources }: LinkedProgram) {
  return { template, ...(outline && { outline }), ...(sources && { sources }) };
}

/** Of another version another one. */
function fingerprintOf(id: string, live: number): string {
  const digits = id.replaceAll('-', '').slice(0, FINGERPRINT_DIGITS / 2);
  return digits + live.toString(16).padStart(FINGERPRINT_DIGITS / 2, '0');
}

function revisionAt(sequence: number): string {
  return btoa(`1:1:${sequence}`).replaceAll('=', '');
}

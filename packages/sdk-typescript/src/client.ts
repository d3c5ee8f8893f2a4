/** What all clients do, whatever they are made of: with px0, with files, or with what a test gives them. */
import type { ClientParts } from './client-parts.ts';
import { withContent } from './content.ts';
import { readable, UnreachableError, UsageError } from './errors.ts';
import type { ClientStatus, HeldPrompt, PromptChange } from './held.ts';
import type { Elsewhere, LocalPrompts, LocalRender } from './local/local-prompts.ts';
import type { RenderOptions, RenderResult, Variables } from './render.ts';
import { type Call, callOf, contentOptions } from './render-call.ts';
import { settledWithin } from './time-limit.ts';
import { fetchThrough, type Px0Fetch } from './transport-fetch.ts';

export abstract class Client implements AsyncDisposable {
  /** px0's address, without a trailing slash. */
  readonly host: string;
  /** A `fetch` for the API's other operations, with this client's token, revision, time limits and retries. */
  readonly fetch: Px0Fetch;
  readonly #parts: ClientParts;

  /** @internal */
  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.host = parts.transport.host;
    this.fetch = fetchThrough(parts.transport);
  }

  /**
   * What a prompt's live version says, or the one named by `version` or `tag`: a text, or the messages of a chat.
   *
   * @throws UsageError for a call that cannot work
   * @throws RefusedError when px0 refuses: `NotFoundError` when there is no such prompt or version
   * @throws UnreachableError when px0 is away and there is nothing to fall back on
   * @throws TemplateError when the fallback fails with these variables
   */
  async render(slug: string, variables: Variables = {}, options: RenderOptions = {}): Promise<RenderResult> {
    const { telemetry } = this.#parts;
    return telemetry === undefined
      ? this.#render(slug, variables, options)
      : telemetry.observe(slug, () => this.#render(slug, variables, options));
  }

  async #render(slug: string, variables: Variables, options: RenderOptions): Promise<RenderResult> {
    const { local, stateFile, remote, timeoutMs } = this.#parts;
    const call = readable('the options of a call', () => callOf(slug, variables, options, this.#parts));
    if (call.signal?.aborted) throw call.signal.reason;
    if (local !== undefined) return this.#renderHere(local, call);
    // A file system may hang, and is no reason for a call to last longer than it may.
    if (stateFile?.isLoaded === false) await settledWithin(timeoutMs, stateFile.loaded(), call.signal);
    return remote.render(call);
  }

  /** At once, where nothing has to be waited for. */
  #renderHere(local: LocalPrompts, call: Call): RenderResult | Promise<RenderResult> {
    const settling = local.settling(call.signal);
    return settling === undefined
      ? this.#renderSettled(local, call)
      : settling.then(() => this.#renderSettled(local, call));
  }

  #renderSettled(local: LocalPrompts, call: Call): RenderResult | Promise<RenderResult> {
    const reaching = local.reaching(this.#parts.transport.written.text, call.signal);
    if (reaching === undefined) return this.#renderHeld(local, call);
    return reaching.then((isHere) => {
      if (isHere) return this.#renderHeld(local, call);
      local.requireUsable();
      return this.#renderElsewhere(local, call, BEHIND);
    });
  }

  #renderHeld(local: LocalPrompts, call: Call): RenderResult | Promise<RenderResult> {
    const rendered = this.#renderOfHeld(local, call);
    return 'content' in rendered
      ? localResult(call, rendered, null)
      : this.#renderElsewhere(local, call, rendered);
  }

  #renderOfHeld(local: LocalPrompts, call: Call): LocalRender | Elsewhere {
    const rendered = local.render(call.wanted, call.variables, contentOptions(call, 'error'));
    if ('content' in rendered || rendered.prompt === undefined || local.isTooOld) return rendered;
    // A version by number that no delivery has, and that was fetched before.
    const content = this.#parts.remote.fetched(call, rendered.prompt.prompt);
    return content === undefined ? rendered : local.fetchedOf(rendered.prompt, call.wanted, content);
  }

  /** Rather what is held, which says that it is old, than nothing. */
  #renderBehind(local: LocalPrompts, call: Call, cause: UnreachableError): RenderResult | undefined {
    const rendered = this.#renderOfHeld(local, call);
    return 'content' in rendered ? localResult(call, { ...rendered, stale: true }, cause) : undefined;
  }

  async #renderElsewhere(
    local: LocalPrompts,
    call: Call,
    { reason, prompt }: Elsewhere,
  ): Promise<RenderResult> {
    const { remote, remoteWhenNeeded, mode, transport } = this.#parts;
    const beside = {
      promptId: prompt?.id,
      teamId: prompt?.teamId,
      held: (cause: UnreachableError) =>
        reason === BEHIND.reason ? this.#renderBehind(local, call, cause) : undefined,
    };
    if (!remoteWhenNeeded || mode === 'file') {
      const cause = new UnreachableError(`px0 at ${this.host} is not asked: ${reason}`);
      return remote.withoutPx0(call, cause, beside);
    }
    // What px0 says must not be older than what is held.
    transport.revision.see(local.revision);
    return remote.render(call, beside);
  }

  /** How much what is held is worth at the moment. @throws UsageError in mode `remote`, as the next */
  status(): ClientStatus {
    return this.#local().status;
  }

  /**
   * Waits for px0 to have confirmed what is held, or in mode `file` for a file with prompts. False when that takes longer than `timeoutMs`, which is the
   * client's `initTimeoutMs` unless given.
   *
   * @throws RefusedError when px0 refuses the token
   */
  async ready({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    return this.#local().ready(timeoutMs);
  }

  /** Tries to reach px0 at once, instead of when the next attempt is due. */
  reconnect(): void {
    this.#local().reconnect();
  }

  /** What is held, by slug. */
  prompts(): HeldPrompt[] {
    return this.#local().prompts();
  }

  /** Calls the listener at each change of state. The result ends that. */
  on(event: 'status', listener: (status: ClientStatus) => void): () => void;
  /**
   * Calls the listener at each change of a prompt, or with `*` of any, one at a time: a promise that a listener gives is waited for. The result ends that.
   */
  on(event: 'change', slug: string, listener: (change: PromptChange) => void): () => void;
  on(
    event: unknown,
    first: string | ((status: ClientStatus) => void),
    second?: (change: PromptChange) => void,
  ): () => void {
    const local = this.#local();
    if (event === 'status' && typeof first === 'function') return local.onStatus(first);
    if (event === 'change' && typeof first === 'string' && typeof second === 'function') {
      return local.onChange(first, second);
    }
    throw new UsageError("on takes 'status' and a function, or 'change', a slug or '*', and a function");
  }

  /**
   * Waits for what goes on in the background, for as long as a call may take and ten seconds at most, cancels what is left, reports usage within two seconds,
   * and writes the state file. In mode `remote` the client may be used afterwards.
   */
  async close(): Promise<void> {
    const { remote, local, stateFile, usage, telemetry } = this.#parts;
    telemetry?.close();
    await Promise.all([remote.close(), usage?.close()]);
    await local?.close();
    await stateFile?.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #local(): LocalPrompts {
    const { local } = this.#parts;
    if (local === undefined) throw new UsageError('the client has the mode remote, which holds no prompts');
    return local;
  }
}

const BEHIND: Elsewhere = { reason: 'what this client has written has not arrived yet', prompt: undefined };

function localResult({ wanted }: Call, rendered: LocalRender, cause: UnreachableError | null): RenderResult {
  const { content, source, promptId, teamId, version, tags, revision, ageMs, stale } = rendered;
  const { slug } = wanted;
  return withContent(content, {
    source,
    slug,
    promptId,
    teamId,
    version,
    tags,
    revision,
    ageMs,
    stale,
    cause,
  });
}

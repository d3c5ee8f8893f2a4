/**
 * Saves a draft while the user edits it. Its invariants: saves never overlap; unsaved content is dropped only if the user chooses to;
 * and no one else's content is overwritten unseen (each save carries the entity tag that it builds on).
 * See docs/decisions/073-concurrent-edits.md.
 */
export interface DraftState<Content> {
  readonly content: Content;
  readonly etag: string;
}

export type SaveAnswer<Content> =
  | { readonly kind: 'saved'; readonly etag: string }
  /** Someone else changed the draft: its current state. */
  | { readonly kind: 'conflict'; readonly theirs: DraftState<Content> }
  /** px0 does not keep this content; another edit may help. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** The version is no longer a draft, was deleted, or the user may no longer edit it. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The server was unreachable or failed. */
  | { readonly kind: 'unreachable' };

export interface DraftBackend<Content> {
  save(content: Content, base: DraftState<Content>): Promise<SaveAnswer<Content>>;
}

export type SaverStatus<Content> =
  | { readonly kind: 'saved' }
  | { readonly kind: 'dirty' }
  | { readonly kind: 'saving' }
  /** The registry would reject the content, or has rejected it with this message. */
  | { readonly kind: 'invalid'; readonly message?: string }
  | { readonly kind: 'retrying' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'conflict'; readonly theirs: DraftState<Content> };

export interface DraftSaverOptions<Content> {
  readonly base: DraftState<Content>;
  readonly backend: DraftBackend<Content>;
  readonly isSame: (one: Content, other: Content) => boolean;
  /** Whether the saver may send this content. */
  readonly canSave: (content: Content) => boolean;
  readonly onStatus: (status: SaverStatus<Content>) => void;
  /** Saves after a pause of this length, in ms; default: 800. */
  readonly pauseMs?: number;
  /** Retries an unreachable server after this time, in ms; default: 3000. */
  readonly retryMs?: number;
}

export class DraftSaver<Content> {
  readonly #options: DraftSaverOptions<Content>;
  #base: DraftState<Content>;
  readonly #known = new Set<string>();
  #content: Content;
  #status: SaverStatus<Content> = { kind: 'saved' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: DraftSaverOptions<Content>) {
    this.#options = options;
    this.#base = options.base;
    this.#known.add(options.base.etag);
    this.#content = options.base.content;
  }

  get status(): SaverStatus<Content> {
    return this.#status;
  }

  /** The state that the next save builds on. */
  get base(): DraftState<Content> {
    return this.#base;
  }

  get content(): Content {
    return this.#content;
  }

  get hasUnsavedContent(): boolean {
    return !this.#options.isSame(this.#content, this.#base.content);
  }

  /** Takes the current content and saves it after a pause. */
  edit(content: Content): void {
    this.#content = content;
    if (this.#status.kind === 'conflict' || this.#status.kind === 'refused') return;
    this.#plan(this.#options.pauseMs ?? 800);
  }

  /** Saves now; resolves once no save is running. */
  async flush(): Promise<SaverStatus<Content>> {
    this.#cancel();
    await this.#inFlight;
    if (this.#mayBegin()) {
      this.#begin();
      await this.#inFlight;
    }
    return this.#status;
  }

  /** Resolves a conflict with this content; the next save replaces theirs. */
  keepMine(): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#resume();
  }

  /** Resolves a conflict with other content: theirs or a merge. */
  resolveWith(content: Content): void {
    if (this.#status.kind !== 'conflict') return;
    this.#rebase(this.#status.theirs);
    this.#content = content;
    this.#resume();
  }

  /** Restores content from before this saver existed, which was based on `base`. */
  restore(content: Content, base: Content): void {
    this.#content = content;
    if (!this.hasUnsavedContent) return;
    if (this.#options.isSame(this.#base.content, base)) this.#plan(0);
    else this.#set({ kind: 'conflict', theirs: this.#base });
  }

  /**
   * Takes in the current state of the draft. True if others changed it and nothing here is unsaved: the content is then theirs.
   * Ignores states that this saver has already built on.
   */
  observe(state: DraftState<Content>): boolean {
    if (this.#known.has(state.etag) || this.#inFlight !== undefined || this.hasUnsavedContent) return false;
    this.#rebase(state);
    const isNew = !this.#options.isSame(state.content, this.#content);
    this.#content = state.content;
    return isNew;
  }

  /** Saves if possible, and stops. Content that cannot be saved stays with the caller. */
  close(): void {
    this.#cancel();
    if (this.#inFlight === undefined && this.#mayBegin()) this.#begin();
    this.#isClosed = true;
  }

  #rebase(base: DraftState<Content>): void {
    this.#base = base;
    this.#known.add(base.etag);
  }

  #resume(): void {
    this.#set(this.hasUnsavedContent ? { kind: 'dirty' } : { kind: 'saved' });
    this.#plan(0);
  }

  #plan(delayMs: number): void {
    this.#cancel();
    if (this.#isClosed) return;
    if (this.#inFlight !== undefined) return;
    if (!this.hasUnsavedContent) this.#set({ kind: 'saved' });
    else if (!this.#options.canSave(this.#content)) this.#set({ kind: 'invalid' });
    else {
      if (this.#status.kind !== 'retrying') this.#set({ kind: 'dirty' });
      this.#timer = setTimeout(() => this.#begin(), delayMs);
    }
  }

  #mayBegin(): boolean {
    return (
      !this.#isClosed &&
      this.hasUnsavedContent &&
      this.#status.kind !== 'conflict' &&
      this.#status.kind !== 'refused' &&
      this.#options.canSave(this.#content)
    );
  }

  #begin(): void {
    const sent = this.#content;
    this.#inFlight = this.#save().finally(() => {
      this.#inFlight = undefined;
      if (this.#isClosed) this.#finish();
      else if (this.#status.kind === 'saved' || this.#status.kind === 'retrying') this.#continue();
      else if (this.#status.kind === 'invalid' && this.#content !== sent) this.#continue();
    });
  }

  /** Saves what the user wrote while the last save was running. */
  #finish(): void {
    if (this.#status.kind === 'saved' && this.hasUnsavedContent && this.#options.canSave(this.#content))
      this.#begin();
  }

  /** Schedules a save of what the user wrote during the last one. */
  #continue(): void {
    if (this.#status.kind === 'retrying') this.#plan(this.#options.retryMs ?? 3000);
    else if (this.hasUnsavedContent) this.#plan(this.#options.pauseMs ?? 800);
  }

  async #save(): Promise<void> {
    const content = this.#content;
    this.#set({ kind: 'saving' });
    const answer = await this.#answer(content);
    if (answer.kind === 'saved') {
      this.#rebase({ content, etag: answer.etag });
      this.#set({ kind: 'saved' });
    } else if (answer.kind === 'conflict') {
      this.#conflict(content, answer.theirs);
    } else if (answer.kind === 'refused' || answer.kind === 'invalid') {
      this.#set(answer);
    } else {
      this.#set({ kind: 'retrying' });
    }
  }

  async #answer(content: Content): Promise<SaveAnswer<Content>> {
    let answer = await this.#options.backend.save(content, this.#base);
    // The entity tag also covers tags. If the content is still what this save builds on, nothing is lost.
    for (let attempt = 0; attempt < 3 && answer.kind === 'conflict'; attempt++) {
      if (!this.#options.isSame(answer.theirs.content, this.#base.content)) break;
      this.#rebase(answer.theirs);
      answer = await this.#options.backend.save(content, this.#base);
    }
    return answer;
  }

  /** Identical content is not a conflict. */
  #conflict(content: Content, theirs: DraftState<Content>): void {
    if (this.#options.isSame(theirs.content, content)) {
      this.#rebase(theirs);
      this.#set({ kind: 'saved' });
    } else this.#set({ kind: 'conflict', theirs });
  }

  #set(status: SaverStatus<Content>): void {
    this.#status = status;
    if (!this.#isClosed) this.#options.onStatus(status);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

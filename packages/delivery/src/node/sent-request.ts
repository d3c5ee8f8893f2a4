/** A request with everything that it takes. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Default: `GET`. */
  readonly method?: string;
  readonly body?: string;
}

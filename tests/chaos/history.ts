/**
 * What the clients of a run did and were answered, with the times of both, and what the system held afterwards. Plain data: a checker
 * judges it, and a person can read it.
 */

export type Role = 'admin' | 'editor' | 'viewer';

/** The name of a key or a session in a history; never its secret. */
export type Credential = string;

export type Action =
  | { readonly kind: 'register'; readonly email: string }
  | { readonly kind: 'set-role'; readonly team: string; readonly user: string; readonly role: Role }
  | { readonly kind: 'create-key'; readonly credential: Credential }
  | { readonly kind: 'log-in'; readonly credential: Credential }
  /** Ends a key or a session. */
  | { readonly kind: 'revoke'; readonly credential: Credential }
  | { readonly kind: 'create-version'; readonly prompt: string; readonly marker: string }
  | { readonly kind: 'promote'; readonly prompt: string; readonly version: number }
  /** Of the live version, or of the one named; `input` is what the template puts into its middle. */
  | {
      readonly kind: 'render';
      readonly prompt: string;
      readonly version?: number;
      readonly credential: Credential;
      readonly input: string;
    }
  | { readonly kind: 'set-tag'; readonly prompt: string; readonly tag: string; readonly version: number }
  | { readonly kind: 'move'; readonly prompt: string; readonly team: string }
  | { readonly kind: 'archive' | 'restore'; readonly prompt: string }
  /** Of something that needs the credential and nothing else. */
  | { readonly kind: 'read'; readonly credential: Credential };

export interface Answered {
  readonly status: number;
  /** Px0-Revision. */
  readonly revision: string | undefined;
  readonly pending: boolean;
  readonly stale: boolean;
  /** What the answer said of a version: its number and, by kind of action, its status or the rendered text. */
  readonly version?: number;
  readonly text?: string;
  /** Why the answer is none that the API description knows. */
  readonly undescribed?: string;
}

export interface Operation {
  readonly id: number;
  readonly worker: number;
  readonly action: Action;
  /** The gateway, or a replica by its name. */
  readonly at: string;
  /** Milliseconds since the run began. */
  readonly start: number;
  readonly end: number;
  /** Px0-Min-Revision. */
  readonly carried: string | undefined;
  /** Undefined: the connection ended or nothing came in time. The action may have happened, and may yet happen. */
  readonly answer: Answered | undefined;
}

export interface VersionState {
  readonly number: number;
  readonly status: string;
  readonly template: string;
}

export interface PromptState {
  readonly id: string;
  readonly versions: readonly VersionState[];
  /** What each render process answers for the live version, asked for until it agreed with the registry or the time was up. */
  readonly rendered: readonly {
    readonly replica: string;
    readonly status: number;
    readonly version?: number;
    readonly text?: string;
  }[];
}

export interface FinalState {
  readonly prompts: readonly PromptState[];
  /** Names of the keys that the organization lists; a name may occur twice. */
  readonly keys: readonly Credential[];
  readonly accounts: readonly {
    readonly email: string;
    readonly exists: boolean;
    readonly organizations: number;
    readonly teams: number;
  }[];
  readonly roles: readonly { readonly team: string; readonly user: string; readonly role: string }[];
  /** Revoked credentials that were still accepted somewhere when the time for it was up. */
  readonly stillAccepted: readonly { readonly credential: Credential; readonly at: string }[];
}

/** The template that an action saves: its marker at both ends, so that half of one is seen. */
export function templateOf(marker: string): string {
  return `${marker}<{{.input}}${marker}>`;
}

export function renderedFrom(template: string, input: string): string {
  return template.replace('{{.input}}', input);
}

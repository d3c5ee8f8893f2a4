// px0 generate: 20 prompts, contract sha256:182bec42fbd512d85209e11e736d812f30ca6ed371dbd3b73c30fc2b62760a21. Do not edit.
import type { Px0, RenderOptions, RenderResult } from '@px0/sdk';

export interface P2faMailVariables {
  code: string;
}

export const p2faMail = (px0: Px0, variables: P2faMailVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('2fa_mail', { ...variables }, options);

export interface A1Variables {
  x?: string;
}

export const a1 = (px0: Px0, variables: A1Variables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('a1', { ...variables }, options);

export interface A12Variables {
  z?: string;
}

export const a12 = (px0: Px0, variables: A12Variables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('a12', { ...variables }, options);

export interface A13Variables {
  y?: string;
}

export const a13 = (px0: Px0, variables: A13Variables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('a_1', { ...variables }, options);

export interface AnythingVariables {
  [key: string]: unknown;
}

export const anything = (px0: Px0, variables: AnythingVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('anything', { ...variables }, options);

export interface ClassVariables {
  name?: string;
}

export const class_ = (px0: Px0, variables: ClassVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('class', { ...variables }, options);

export const delete_ = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('delete', {}, options);

export const func = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('func', {}, options);

export const greeting = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('greeting', {}, options);

/**
 * *\/ export const evil = 1; /* """ ' # // `
 * \@ts-expect-error
 * # type: ignore
 * - a list
 * \
 */
export interface HostileVariables {
  ''?: string;
  '-'?: string;
  Any?: unknown;
  MarshalJSON?: string;
  __private?: string;
  __proto__?: string;
  'a-b': string;
  aB?: string;
  a_b?: string;
  'back\\slash'?: unknown;
  'back`tick'?: {
    '': number;
    'in ner,'?: string;
  };
  /** *\/ evil(); /** */
  class: string;
  /**
   * type: ignore
   * @deprecated
   */
  commented?: string;
  constructor?: unknown;
  'it\'s'?: 'it\'s' | '"""' | '\\' | '`' | 'line\u{a}break' | '\u{202e}' | '\u{2028}' | '${x}' | '😀';
  'quo"te'?: string;
  /** right to left and another line */
  'right\u{202e}left'?: string;
  str?: number;
  /** \@ts-expect-error */
  vars?: string;
  'with,comma'?: string;
  'über'?: string;
}

export const hostile = (px0: Px0, variables: HostileVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('hostile', { ...variables }, options);

export interface HostileVariablesVariables {
  name: string;
  [key: string]: unknown;
}

export const hostileVariables = (px0: Px0, variables: HostileVariablesVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('hostile_variables', { ...variables }, options);

export interface InferredVariables {
  a: string | number | boolean;
  b: string | number | boolean;
  c?: unknown;
  /**
   * Default: "x".
   * For example "x", "y".
   */
  d?: string | number | boolean;
  first?: string | readonly (string | number | boolean)[];
  l: readonly {
    t: string | number | boolean;
  }[] | Readonly<Record<string, unknown>> | null;
  rows?: readonly (readonly (string | number | boolean)[] | Readonly<Record<string, unknown>> | null)[] | Readonly<Record<string, unknown>> | null;
  size?: string | readonly unknown[] | Readonly<Record<string, unknown>>;
}

export const inferred = (px0: Px0, variables: InferredVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('inferred', { ...variables }, options);

/** An order */
export interface OrderVariables {
  /** Who ordered. */
  customer: {
    address?: {
      no?: string | number;
      street: string;
    } | null;
    age: number | null;
    name: string;
  };
  items: readonly {
    /** @deprecated */
    gift?: boolean;
    /** In euros. */
    price: number;
    title: string;
  }[];
  level?: 1 | 2 | 3;
  matrix?: readonly (readonly number[])[] | null;
  meta?: Readonly<Record<string, unknown>>;
  mixed?: 'a' | 1 | true | null | { 'k': readonly [1, 'x'] } | readonly [];
  named_only: string | number | boolean;
  narrowed?: 'yes';
  never?: never;
  nothing?: Readonly<Record<string, never>>;
  open?: {
    a?: string;
    [key: string]: unknown;
  };
  ratio?: 0.5 | 1 | null;
  tags?: readonly string[];
  version: 2;
  void?: null;
}

export const order = (px0: Px0, variables: OrderVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('order', { ...variables }, options);

export const px0 = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('px0', {}, options);

export const str = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('str', {}, options);

export interface SupportReplyVariables {
  /**
   * What the customer wants to know.
   * In their own words.
   */
  question: string;
  /** Default: "friendly". */
  tone?: 'formal' | 'friendly';
}

export const supportReply = (px0: Px0, variables: SupportReplyVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('support_reply', { ...variables }, options);

export interface TutorVariables {
  examples?: readonly ({ role: string } | { role: string; [key: string]: unknown })[] | null;
  history: readonly ({ role: string } | { role: string; [key: string]: unknown })[] | null;
  question: string;
}

export const tutor = (px0: Px0, variables: TutorVariables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('tutor', { ...variables }, options);

export const püberUns = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('über_uns', {}, options);

export interface P日本Variables {
  '名'?: string;
}

export const p日本 = (px0: Px0, variables: P日本Variables, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('日本', { ...variables }, options);

export const ufb01xU1d49c = (px0: Px0, options?: RenderOptions): Promise<RenderResult> =>
  px0.render('ﬁx_𝒜', {}, options);

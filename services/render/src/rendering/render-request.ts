import type { BodyOf, routes } from '@px0/contracts';

type Body = BodyOf<typeof routes.renderLive>;

/** What to render with: the body of a render, its types checked. */
export interface RenderRequest {
  readonly variables?: Body['variables'] | undefined;
  readonly options?: RenderOptions | undefined;
}

export interface RenderOptions {
  readonly missing_key?: NonNullable<Body['options']>['missing_key'] | undefined;
  readonly transcript?: boolean | undefined;
  readonly contract?: NonNullable<Body['options']>['contract'] | undefined;
}

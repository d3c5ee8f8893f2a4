/** The package's public face. */
export {
  ConflictError,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  Px0Error,
  RefusedError,
  TemplateError,
  UnauthorizedError,
  UnreachableError,
  UsageError,
} from './errors.ts';
export type { Fallback } from './fallbacks.ts';
export type { CacheOptions, Px0Options } from './options.ts';
export { type MissingKey, Px0, type RenderOptions, type RenderResult, type Variables } from './px0.ts';

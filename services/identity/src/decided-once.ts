/**
 * Decides refusals that rest on identity's own rows only once. The consistency wrapper decides a refusal again when the stream
 * has moved on, since a projection may have been behind. A wrong password would be hashed and counted twice, and stay wrong.
 */
import { matchRoute } from '@px0/contracts';
import { pathOf, type RequestWrapper } from '@px0/service-kit';

/** Calls without a credential ask the projection nothing; all others go through `wrapper` as they are. */
export function decidedOnce(wrapper: RequestWrapper): RequestWrapper {
  return (req, res, run) => {
    const match = matchRoute(req.method, pathOf(req.url));
    const asksNoProjection = match !== undefined && 'route' in match && match.route.auth === 'none';
    return wrapper(req, res, asksNoProjection ? once(run) : run);
  };
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}

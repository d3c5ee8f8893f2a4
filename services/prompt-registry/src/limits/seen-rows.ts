/** The rows that a caller sees, as conditions of statements: what `KeyLimits` says of one, for lists. */
import { limitsOf, type Principal } from '@px0/access';
import { type Sql, sql } from '@px0/owner';

const ALL = sql`TRUE`;

/** Of prompts named `p`. */
export function seenSlugs(principal: Principal): Sql {
  const slugs = limitsOf(principal)?.slugs;
  return slugs === undefined ? ALL : sql`p.slug LIKE ANY(${slugs.map(likePattern)}::text[])`;
}

/** Of versions named `v`. */
export function seenVersions(principal: Principal): Sql {
  const refs = limitsOf(principal)?.refs;
  if (refs === undefined) return ALL;
  return sql`((v.status = 'live' AND ${refs.live}::boolean) OR EXISTS (
    SELECT FROM prompt_tags t WHERE t.prompt_id = v.prompt_id AND t.version = v.version AND ${seenTags(principal)}))`;
}

/** Of tags named `t`. */
export function seenTags(principal: Principal): Sql {
  const refs = limitsOf(principal)?.refs;
  return refs === undefined ? ALL : sql`t.tag LIKE ANY(${refs.tags.map(likePattern)}::text[])`;
}

/** The same pattern in the language of `LIKE`. */
function likePattern(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
}

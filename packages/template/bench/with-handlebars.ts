/** A workload as Handlebars renders it. */
import Handlebars from 'handlebars';
import type { Workload } from './workloads.ts';

export function withHandlebars({ handlebars, data }: Workload): () => string {
  const template = Handlebars.compile(handlebars, { noEscape: true });
  return () => template(data);
}

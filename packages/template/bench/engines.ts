/** The engines, each with its own way to compile ahead; none escapes, as prompts are not HTML. */
import { Eta } from 'eta';
import Handlebars from 'handlebars';
import Mustache from 'mustache';
import * as nunjucks from 'nunjucks';
import { closures, compile, compileWith } from '../src/compile.ts';
import type { Workload } from './workloads.ts';

export interface Engine {
  readonly name: string;
  /** The work that need be done once, and the render. */
  readonly prepare: (workload: Workload) => () => string;
}

function mustache({ mustache: template, data }: Workload): () => string {
  const writer = new Mustache.Writer();
  writer.parse(template);
  return () => writer.render(template, data, undefined, { escape: String });
}

function nunjucksRender({ nunjucks: template, data }: Workload): () => string {
  const compiled = new nunjucks.Template(
    template,
    new nunjucks.Environment(null, { autoescape: false }),
    undefined,
    true,
  );
  return () => compiled.render(data);
}

function eta({ eta: template, data }: Workload): () => string {
  const engine = new Eta({ autoEscape: false, autoTrim: false });
  const compiled = engine.compile(template);
  return () => compiled.call(engine, data);
}

export const PX0 = 'px0';
export const BY_HAND = 'by hand';

export const ENGINES: readonly Engine[] = [
  { name: BY_HAND, prepare: ({ byHand }) => byHand },
  {
    name: PX0,
    prepare: ({ go, data }) => {
      const template = compile(go);
      return () => template.render(data);
    },
  },
  {
    name: 'px0, no generated code',
    prepare: ({ go, data }) => {
      const template = compileWith(closures, go);
      return () => template.render(data);
    },
  },
  { name: 'Eta', prepare: eta },
  {
    name: 'Handlebars',
    prepare: ({ handlebars, data }) => {
      const template = Handlebars.compile(handlebars, { noEscape: true });
      return () => template(data);
    },
  },
  { name: 'Mustache', prepare: mustache },
  { name: 'Nunjucks', prepare: nunjucksRender },
];

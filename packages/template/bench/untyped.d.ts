/** What the bench uses of packages that bring no types. */

declare module 'mustache' {
  class Writer {
    parse(template: string): unknown;
    render(
      template: string,
      view: unknown,
      partials: undefined,
      config: { escape: (text: unknown) => string },
    ): string;
  }
  const mustache: { Writer: typeof Writer };

  // biome-ignore lint/style/noDefaultExport: the package has no other.
  export { mustache as default };
}

declare module 'nunjucks' {
  class Environment {
    constructor(loader: null, options: { autoescape: boolean });
  }
  class Template {
    constructor(source: string, environment: Environment, path: undefined, eagerCompile: boolean);
    render(context: object): string;
  }

  export { Environment, Template };
}

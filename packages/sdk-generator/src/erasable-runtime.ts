/**
 * Removes what type stripping cannot handle. The generator's runtime has a handful of parameter properties, which become fields
 * that the constructor assigns, and names a type that only browsers declare.
 */

const replacements: readonly (readonly [from: string, to: string])[] = [
  [
    '    constructor(private configuration: ConfigurationParameters = {}) {}\n',
    '    private configuration: ConfigurationParameters;\n\n    constructor(configuration: ConfigurationParameters = {}) {\n        this.configuration = configuration;\n    }\n',
  ],
  [
    '    constructor(protected configuration = DefaultConfig) {\n',
    '    protected configuration: Configuration;\n\n    constructor(configuration: Configuration = DefaultConfig) {\n        this.configuration = configuration;\n',
  ],
  ...(['response: Response', 'cause: Error', 'field: string'] as const).map(errorField),
  [
    '    constructor(public raw: Response, private transformer: ResponseTransformer<T> = (jsonValue: any) => jsonValue) {}\n',
    '    public raw: Response;\n    private transformer: ResponseTransformer<T>;\n\n    constructor(raw: Response, transformer: ResponseTransformer<T> = (jsonValue: any) => jsonValue) {\n        this.raw = raw;\n        this.transformer = transformer;\n    }\n',
  ],
  [
    '    constructor(public raw: Response) {}\n',
    '    public raw: Response;\n\n    constructor(raw: Response) {\n        this.raw = raw;\n    }\n',
  ],
  ['RequestCredentials', "RequestInit['credentials']"],
];

function errorField(field: string): readonly [string, string] {
  const name = field.slice(0, field.indexOf(':'));
  return [
    `    constructor(public ${field}, msg?: string) {\n        super(msg);\n`,
    `    public ${field};\n\n    constructor(${field}, msg?: string) {\n        super(msg);\n        this.${name} = ${name};\n`,
  ];
}

/** @throws Error when the text is not what the replacements were made for: a newer generator has to be looked at */
export function erasableRuntime(text: string): string {
  let result = text;
  for (const [from, to] of replacements) {
    if (!result.includes(from))
      throw new Error(`the generated runtime no longer has ${JSON.stringify(from)}`);
    result = result.replaceAll(from, to);
  }
  const left = /constructor\((?:[^)]*\b)?(?:private|protected|public|readonly) /.exec(result);
  if (left !== null) throw new Error(`the generated runtime has one more parameter property: ${left[0]}`);
  return result;
}

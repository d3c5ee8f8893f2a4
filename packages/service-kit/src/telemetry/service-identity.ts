/** The name and version that a process reports, from the `package.json` of the program that it runs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string().default('0.0.0'),
  px0: z
    .object({
      inboundHttp: z.enum(['instrumented', 'by-hand']).optional(),
      /** Other names of the program, each with the variables of which one makes it that. */
      alsoNamed: z.record(z.string(), z.array(z.string())).optional(),
    })
    .optional(),
});

export interface ServiceIdentity {
  readonly name: string;
  readonly version: string;
  /** False where spans of requests are made by hand, because the instrumentation would cost most of the throughput. */
  readonly instrumentsInboundHttp: boolean;
}

/** `program` is the file that Node runs; the nearest `package.json` above it counts. */
export function serviceIdentity(
  program: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ServiceIdentity {
  for (let folder = dirname(program ?? '/'); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest === undefined) continue;
    const { name, version, px0 } = manifest;
    const [other] = Object.entries(px0?.alsoNamed ?? {}).flatMap(([also, variables]) =>
      variables.some((variable) => (env[variable] ?? '') !== '') ? [also] : [],
    );
    return {
      name: other ?? name.replace(/^@px0\//, ''),
      version,
      instrumentsInboundHttp: px0?.inboundHttp !== 'by-hand',
    };
  }
  return { name: 'px0', version: '0.0.0', instrumentsInboundHttp: true };
}

function readManifest(file: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

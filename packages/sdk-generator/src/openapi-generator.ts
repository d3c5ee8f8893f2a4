/**
 * Finds, installs and runs OpenAPI Generator, a Java program. Needs `java` (11 or later) and `python3` with pip, which
 * installs the program.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clientDescription } from './client-description.ts';
import { inlineSchemaNames, root, type Target } from './targets.ts';

const run = promisify(execFile);

/** A newer one writes other code: an upgrade is a change to be looked at. */
export const GENERATOR_VERSION = '7.26.0';
const JAR_SHA256 = '1760050094997b9cc790cc1350be095f15da8c08a996b184d3eadc4ccda5e35e';
const installed = join(root, '.px0', 'openapi-generator', GENERATOR_VERSION);
const TIMEOUT_MS = 300_000;

/** Generates a target's client as the generator writes it, each into the folder below `output` named after its language. */
export async function runGenerator(targets: readonly Target[], output: string): Promise<void> {
  const jar = await installGenerator();
  const configs = await Promise.all(targets.map((target) => writeConfig(target, output)));
  await run('java', ['-jar', jar, 'batch', '--fail-fast', '--threads', '1', ...configs], {
    timeout: TIMEOUT_MS,
    maxBuffer: 64 << 20,
  });
}

async function installGenerator(): Promise<string> {
  const jar = join(installed, 'openapi_generator_cli', 'openapi-generator.jar');
  if (!existsSync(jar)) {
    const folder = `${installed}.${process.pid}`;
    await rm(folder, { recursive: true, force: true });
    const distribution = `openapi-generator-cli==${GENERATOR_VERSION}`;
    const options = ['--quiet', '--no-deps', '--disable-pip-version-check', '--target', folder];
    await run('python3', ['-m', 'pip', 'install', ...options, distribution], { timeout: TIMEOUT_MS });
    await rm(installed, { recursive: true, force: true });
    await rename(folder, installed);
  }
  const sum = createHash('sha256')
    .update(await readFile(jar))
    .digest('hex');
  if (sum !== JAR_SHA256)
    throw new Error(`${jar} is not version ${GENERATOR_VERSION}: its SHA-256 is ${sum}`);
  return jar;
}

async function writeConfig(target: Target, output: string): Promise<string> {
  const outputDir = join(output, target.language);
  await mkdir(outputDir, { recursive: true });
  const inputSpec = join(output, `${target.language}.openapi.json`);
  await writeFile(inputSpec, JSON.stringify(clientDescription(target.description)));
  const config = join(output, `${target.language}.config.json`);
  const settings = {
    generatorName: target.generator,
    inputSpec,
    outputDir,
    httpUserAgent: target.userAgent,
    additionalProperties: target.options,
    inlineSchemaNameMappings: inlineSchemaNames,
    globalProperties: { apiDocs: 'false', modelDocs: 'false', apiTests: 'false', modelTests: 'false' },
  };
  await writeFile(config, JSON.stringify(settings));
  return config;
}

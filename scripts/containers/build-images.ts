/** Builds px0's images. Which ones there are, from which target and with which arguments, is what `docker-compose.yml` says. */
import { composeFile } from '../generate/compose-file.ts';
import { type Engine, EngineError, runHere } from './engines.ts';

export interface ImageBuild {
  readonly service: string;
  /** Without a tag, as compose names it. */
  readonly name: string;
  readonly target: string;
  readonly arguments: Readonly<Record<string, string>>;
}

export interface Release {
  readonly version: string;
  /** The commit. */
  readonly revision: string;
}

/** Every image that is built here, or those of the given services. @throws EngineError for a service that has none */
export function imageBuilds(only: readonly string[] = []): ImageBuild[] {
  const all = Object.entries(composeFile().services).flatMap(([service, { image, build }]) =>
    build === undefined ? [] : [{ service, name: image, target: build.target, arguments: build.args }],
  );
  const unknown = only.find((name) => all.every(({ service }) => service !== name));
  if (unknown !== undefined)
    throw new EngineError(
      `There is no image of "${unknown}"; there is ${all.map(({ service }) => service).join(', ')}.`,
    );
  return only.length === 0 ? all : all.filter(({ service }) => only.includes(service));
}

/** The command that builds one image from the repository's root; `more` goes to the engine as it is. */
export function buildCommand(
  engine: Engine,
  image: ImageBuild,
  { version, revision }: Release,
  more: readonly string[] = [],
): string[] {
  const args = { ...image.arguments, VERSION: version, REVISION: revision };
  return [
    engine,
    'build',
    // Docker's own format: OCI's has no HEALTHCHECK.
    ...(engine === 'docker' ? [] : ['--format', 'docker']),
    // The other two keep the layers of earlier builds by themselves.
    ...(engine === 'buildah' ? ['--layers'] : []),
    '--target',
    image.target,
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    '--tag',
    `${image.name}:${version}`,
    // What compose starts.
    '--tag',
    `${image.name}:latest`,
    ...more,
    '.',
  ];
}

/** Builds one image after the other: they share their first stages. */
export async function buildImages(
  engine: Engine,
  images: readonly ImageBuild[],
  release: Release,
  more: readonly string[],
): Promise<void> {
  for (const image of images) {
    process.stdout.write(`px0: ${image.name}:${release.version} with ${engine}\n`);
    // `RUN --mount` needs BuildKit, which older releases of docker use only when they are told.
    await runHere(buildCommand(engine, image, release, more), { DOCKER_BUILDKIT: '1' });
  }
}

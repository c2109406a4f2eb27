import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { CreateNodes, CreateNodesContext, ProjectConfiguration } from '@nx/devkit';
import {
  DEFAULT_CHART,
  listEnvironments,
  PLATFORM,
  PLATFORM_CHART,
  readEnvironment,
  stackProject,
} from '@slipway/gitops';
import { appTargets, type AppFacts } from './app-targets.ts';
import { stackTargets, type StackFacts } from './stack-targets.ts';
import { lintTarget } from './chart-targets.ts';
import { platformTargets } from './platform-targets.ts';

/** Options of the plugin in `nx.json`. */
export interface SlipwayPluginOptions {
  /** The environment of a run without `-c`. @default `local` */
  defaultEnvironment?: string;
}

/** The default of `defaultEnvironment`. */
export const DEFAULT_ENVIRONMENT = 'local';

/** The Nx project of a chart folder. */
const chartProject = (folder: string): string => `${basename(folder)}-chart`;

/**
 * An app is a folder with `deploy/values.yaml`. A chart is a folder with `Chart.yaml`; one of them is the
 * platform. A stack is a folder `infra/<environment>/<stack>` with `Pulumi.yaml`. Nx needs no files.
 */
export const createNodesV2: CreateNodes<SlipwayPluginOptions> = [
  `{apps/*/deploy/values.yaml,deploy/charts/*/Chart.yaml,${PLATFORM_CHART}/Chart.yaml,infra/*/*/Pulumi.yaml}`,
  async (files, options, context) => {
    const workspace = await readWorkspace(options, context);
    return files.map((file) => {
      const project = projectOf(file, workspace, context);
      return [file, { projects: { [project.root]: project } }];
    });
  },
];

type Workspace = Pick<AppFacts, 'environments' | 'defaultEnvironment' | 'builder' | 'renderer'> &
  Pick<StackFacts, 'maker'>;

function projectOf(file: string, workspace: Workspace, context: CreateNodesContext): ProjectConfiguration {
  if (basename(file) === 'Pulumi.yaml') return stack(file, workspace, context);
  if (dirname(file) === PLATFORM_CHART) return platform(workspace);
  return basename(file) === 'Chart.yaml' ? chart(file, workspace) : app(file, workspace, context);
}

async function readWorkspace(
  options: SlipwayPluginOptions | undefined,
  { workspaceRoot }: CreateNodesContext,
): Promise<Workspace> {
  const names = await listEnvironments(workspaceRoot);
  const gitops = sourcesInside(workspaceRoot, '@slipway/gitops');
  return {
    environments: await Promise.all(names.map((name) => readEnvironment(workspaceRoot, name))),
    defaultEnvironment: options?.defaultEnvironment ?? DEFAULT_ENVIRONMENT,
    builder: sourcesInside(workspaceRoot, '@slipway/image'),
    renderer: gitops && `${gitops}/render`,
    maker: sourcesInside(workspaceRoot, '@slipway/stack'),
  };
}

function app(
  file: string,
  workspace: Workspace,
  { workspaceRoot }: CreateNodesContext,
): ProjectConfiguration {
  const root = dirname(dirname(file));
  const name = basename(root);
  const manifest = readManifest(join(workspaceRoot, root, 'package.json'));
  if (manifest.name !== name) {
    throw new Error(
      `${root}/package.json has the name "${manifest.name ?? ''}", but apps are released under the name of their folder. Name it "${name}".`,
    );
  }
  const chartFolder = manifest.slipway?.chart ?? DEFAULT_CHART;
  if (!existsSync(join(workspaceRoot, chartFolder, 'Chart.yaml'))) {
    throw new Error(
      `${root} uses the chart ${chartFolder}, but ${chartFolder}/Chart.yaml does not exist. Correct slipway.chart in ${root}/package.json.`,
    );
  }
  return {
    root,
    name,
    projectType: 'application',
    implicitDependencies: [chartProject(chartFolder)],
    targets: appTargets({ name, root, chart: chartFolder, ...workspace }),
  };
}

function platform(workspace: Workspace): ProjectConfiguration {
  return {
    root: PLATFORM_CHART,
    name: PLATFORM,
    projectType: 'application',
    targets: platformTargets(workspace),
  };
}

function chart(file: string, { renderer }: Workspace): ProjectConfiguration {
  const root = dirname(file);
  const targets = { lint: lintTarget([root], renderer) };
  return { root, name: chartProject(root), projectType: 'library', targets };
}

function readManifest(file: string): { name?: string; slipway?: { chart?: string; apply?: string } } {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }) : {};
}

/** The project name contains the environment, because several environments may have a stack `cluster`. */
function stack(
  file: string,
  { environments, defaultEnvironment, maker }: Workspace,
  { workspaceRoot }: CreateNodesContext,
): ProjectConfiguration {
  const root = dirname(file);
  const names = environments.map(({ name }) => name);
  const byHand = readManifest(join(workspaceRoot, root, 'package.json')).slipway?.apply === 'by-hand';
  return {
    root,
    name: stackProject(basename(dirname(root)), basename(root)),
    projectType: 'application',
    targets: stackTargets({ root, environments: names, defaultEnvironment, maker, byHand }),
  };
}

/**
 * The sources of a package in this workspace, as an input of the targets that it runs. Undefined for an
 * installed package: its version is in the lockfile, which is already an input.
 */
function sourcesInside(workspaceRoot: string, name: string): string | undefined {
  const installed = join(workspaceRoot, 'node_modules', name);
  if (!existsSync(installed)) return undefined;
  const folder = relative(workspaceRoot, realpathSync(installed));
  return folder.startsWith('..') || folder.includes('node_modules') ? undefined : `${folder}/src`;
}

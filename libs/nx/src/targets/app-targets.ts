import type { TargetConfiguration } from '@nx/devkit';
import { renderTarget } from './chart-targets.ts';

/** The facts that determine the targets of an app. */
export interface AppFacts {
  /** The folder and project name. */
  name: string;
  /** The app's folder, from the root of the workspace. */
  root: string;
  /** The folder of its chart. */
  chart: string;
  /** All environments with their base image; never empty. */
  environments: readonly { name: string; base: 'pinned' | 'embedded' }[];
  /** The environment of a run without `-c`. */
  defaultEnvironment: string;
  /** The folder of the image builder's sources, if they are in this workspace. */
  builder?: string | undefined;
  /** The folder of the renderer's own sources, if it is in this workspace. */
  renderer?: string | undefined;
}

/** The names of the targets that the plugin makes for an app. */
type AppTarget = 'build' | 'image' | 'test' | 'render' | 'deploy' | 'serve';

const BUNDLE = 'dist/bundle';

/** esbuild's list of the bundle's inputs. */
const METAFILE = 'dist/meta.json';

/** The lock of the pinned base image, for all environments that use it. */
const BASE_LOCK = 'deploy/base/base.lock.yaml';

/** The platform of the clusters' nodes, independent of the machine that builds. */
const PINNED_PLATFORM = 'linux/amd64';

/**
 * Makes one minified ES module, a separate source map, and esbuild's metafile for the SBOM. The banner
 * defines `require` for bundled CommonJS packages, because ES modules do not have it.
 */
const ESBUILD = [
  'esbuild src/main.ts --bundle --platform=node --target=node24 --format=esm',
  `--minify --legal-comments=none --sourcemap=external --metafile=${METAFILE}`,
  `--outfile=${BUNDLE}/main.mjs --external:@fastify/swagger-ui`,
  `--banner:js="import{createRequire}from'node:module';const require=createRequire(import.meta.url);"`,
].join(' ');

/**
 * The targets of an app with a `deploy/` folder. Each is a command that users can also run directly. All
 * except `deploy` and `serve` are pure and cached. `deploy` depends on `test` and `render`, so an app whose
 * tests or render check fail is not published.
 */
export function appTargets(facts: AppFacts): Record<AppTarget, TargetConfiguration> {
  const { name, root, chart, renderer } = facts;
  const sources = [
    '{projectRoot}/deploy/**/*',
    '{projectRoot}/package.json',
    `{workspaceRoot}/${chart}/**/*`,
  ];
  return {
    build: build(facts),
    image: image(facts),
    test: { dependsOn: ['build'] }, // the rest of `test` is inferred by @nx/vitest
    render: renderTarget(name, root, sources, renderer),
    deploy: deploy(facts),
    serve: {
      executor: 'nx:run-commands',
      options: { command: 'node --watch src/main.ts', cwd: root, env: { NODE_ENV: 'development' } },
      continuous: true,
      metadata: { description: 'Run the app from source and restart it on every change' },
    },
  };
}

function build({ root }: AppFacts): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: ESBUILD, cwd: root },
    cache: true,
    // Only bundled folders, so a change of values or tests does not cause a build.
    inputs: [
      '{projectRoot}/src/**/*',
      '{projectRoot}/package.json',
      '{projectRoot}/tsconfig.json',
      'sharedGlobals',
      '^default',
    ],
    outputs: [`{projectRoot}/${BUNDLE}`, `{projectRoot}/${METAFILE}`],
    metadata: { description: 'Bundle the app into one file' },
  };
}

function image({ name, root, environments, defaultEnvironment, builder }: AppFacts): TargetConfiguration {
  const forBase = (base: 'pinned' | 'embedded') => ({
    ...(base === 'pinned' && { 'base-lock': BASE_LOCK, platform: PINNED_PLATFORM }),
    output: `${root}/dist/image/${base}`, // run-commands appends further options as flags
  });
  const baseOf = (environment: string) =>
    environments.find(({ name }) => name === environment)?.base ?? 'embedded';
  return {
    executor: 'nx:run-commands',
    options: {
      command: `slipway image build ${root}/${BUNDLE} --name=${name} --metafile=${root}/${METAFILE} --metafile-root=${root}`,
      ...forBase(baseOf(defaultEnvironment)),
    },
    configurations: Object.fromEntries(environments.map(({ name, base }) => [name, forBase(base)])),
    defaultConfiguration: defaultEnvironment,
    cache: true,
    dependsOn: ['build'],
    inputs: [
      '{projectRoot}/package.json',
      `{workspaceRoot}/${BASE_LOCK}`,
      { dependentTasksOutputFiles: '**/*' },
      { env: 'SOURCE_DATE_EPOCH' },
      ...(builder ? [`{workspaceRoot}/${builder}/**/*`] : []),
    ],
    outputs: ['{options.output}'],
    metadata: { description: 'Build an OCI image from the bundle, without base layers' },
  };
}

function deploy({ name, environments, defaultEnvironment }: AppFacts): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `slipway deploy ${name} --env=${defaultEnvironment}` },
    configurations: Object.fromEntries(
      environments.map((environment) => [
        environment.name,
        { command: `slipway deploy ${name} --env=${environment.name}` },
      ]),
    ),
    defaultConfiguration: defaultEnvironment,
    cache: false,
    dependsOn: ['image', 'test', 'render'],
    inputs: [
      'default',
      '{workspaceRoot}/deploy/environments/*/environment.yaml',
      `{workspaceRoot}/${BASE_LOCK}`,
    ],
    metadata: {
      description:
        "Publish the image to the environment's registries; the run then releases it in one commit",
    },
  };
}

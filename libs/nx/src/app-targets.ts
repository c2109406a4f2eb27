import type { TargetConfiguration } from '@nx/devkit';
import { renderTarget } from './chart-targets.ts';

/** All that the targets of an app depend on. */
export interface AppFacts {
  /** The folder and project name. */
  name: string;
  /** The app's folder, from the root of the workspace. */
  root: string;
  /** The folder of its chart. */
  chart: string;
  /** Each environment and the base image that it asks for; never empty. */
  environments: readonly { name: string; base: 'pinned' | 'embedded' }[];
  /** The environment of a run without `-c`. */
  defaultEnvironment: string;
  /** The folder of the image builder's own sources, where it lies in this workspace. */
  builder?: string | undefined;
  /** The folder of the renderer's own sources, if it is in this workspace. */
  renderer?: string | undefined;
}

/** The names of the targets that the plugin makes for an app. */
type AppTarget = 'build' | 'image' | 'test' | 'render' | 'deploy' | 'serve';

const BUNDLE = 'dist/bundle';

/** What esbuild says is in the bundle. */
const METAFILE = 'dist/meta.json';

/** The pinned base image of every environment that asks for it. */
const BASE_LOCK = 'deploy/base/base.lock.yaml';

/** What the nodes of the clusters run, whatever the machine that builds. */
const PINNED_PLATFORM = 'linux/amd64';

/**
 * One bundled ES module, minified, with the source map apart and esbuild's metafile beside it (what is in the
 * bundle, for the SBOM). The banner gives bundled CommonJS packages the `require` that ES modules lack.
 */
const ESBUILD = [
  'esbuild src/main.ts --bundle --platform=node --target=node24 --format=esm',
  `--minify --legal-comments=none --sourcemap=external --metafile=${METAFILE}`,
  `--outfile=${BUNDLE}/main.mjs --external:@fastify/swagger-ui`,
  `--banner:js="import{createRequire}from'node:module';const require=createRequire(import.meta.url);"`,
].join(' ');

/**
 * The targets of an app with a `deploy/` folder. Every one is a command that one can type; all but `deploy`
 * and `serve` are pure and cached, and `deploy` follows `test` and
 * `render`, so an app whose tests or render check fail is not published.
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
    // Without the folders that are not bundled, so that a change of values or tests builds nothing.
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
    output: `${root}/dist/image/${base}`, // further options become flags of the command
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
    metadata: { description: 'Put the bundle into an OCI image, without its base layers' },
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

import { join } from 'node:path';
import { deployFile, PLATFORM, PLATFORM_CHART } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { releaseFile, type Release } from '../ledger/records.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { applicationOf, type ApplicationManifest } from './application-set.ts';
import { renderChart, type Chart, type Rendered, type Values } from './helm/render-chart.ts';
import { assertExists, CommitFolders } from '../checkout/commit-folders.ts';
import type { Helm } from './helm/helm.ts';
import type { Manifest } from './helm/manifest.ts';
import { ARGOCD_NAMESPACE, ROOT_CHART, rootValues } from './root-values.ts';

/** A release as Argo CD renders it. */
export interface RenderedRelease extends Rendered {
  /** The Application that renders it. */
  application: ApplicationManifest;
}

/**
 * Renders like Argo CD of an environment, offline: the root's ApplicationSet generates the platform's
 * Application from `platform/release.yaml`; the platform's chart renders the ApplicationSet of the apps; it
 * generates an Application from an app's release; the app's chart renders the objects. Charts and values are
 * read from the commits that the releases name.
 */
export class Renderer {
  readonly #source: Checkout;
  readonly #helm: Helm;
  readonly #folders: CommitFolders;
  readonly #platforms = new Map<string, Promise<RenderedRelease>>();

  constructor(checkout: Checkout, helm: Helm) {
    this.#source = checkout;
    this.#helm = helm;
    this.#folders = new CommitFolders(checkout);
  }

  /**
   * The objects that are applied by hand, at a commit.
   *
   * @param facts facts about the cluster from provisioning. @default none
   * @throws {GitopsError} `invalid` if the commit has no platform for the environment, or the chart refuses
   *   its values
   */
  async root(environment: Environment, commit: Commit, facts?: Values): Promise<Rendered> {
    const file = deployFile(PLATFORM, environment.name);
    const text = await this.#source.readFile(commit, file);
    if (text === undefined) throw noPlatform(environment, commit, file);
    return this.#chart({
      chart: await this.#folders.folder(commit, ROOT_CHART),
      name: `${ROOT_CHART} in ${environment.name}`,
      release: 'root',
      namespace: ARGOCD_NAMESPACE,
      values: rootValues(environment, text, facts),
    });
  }

  /** A release of the platform, rendered once. @throws as {@link root} */
  platform(environment: Environment, platform: Release, facts?: Values): Promise<RenderedRelease> {
    const key = `${environment.name} ${platform.release.config} ${JSON.stringify(facts)}`;
    const rendered = this.#platforms.get(key) ?? this.#platform(environment, platform, facts);
    this.#platforms.set(key, rendered);
    return rendered;
  }

  /**
   * A release of an app.
   *
   * @param platform the platform's release; undefined only for an environment without Argo CD
   * @throws {GitopsError} `invalid` if chart or values do not exist or the chart refuses the values,
   *   `missing-commit`
   */
  async app(
    environment: Environment,
    platform: Release | undefined,
    app: string,
    release: Release,
  ): Promise<RenderedRelease> {
    if (platform === undefined) return this.#render(withoutPlatform(environment, app, release));
    const { manifests } = await this.platform(environment, platform);
    return this.#render(this.#generate(manifests, 'apps', environment, app, release));
  }

  /** Removes the written folders. */
  close(): Promise<void> {
    return this.#folders.close();
  }

  async #platform(environment: Environment, platform: Release, facts?: Values): Promise<RenderedRelease> {
    const { manifests } = await this.root(environment, platform.release.config, facts);
    return this.#render(this.#generate(manifests, PLATFORM, environment, PLATFORM, platform));
  }

  /** The Application that an ApplicationSet generates for a release. */
  #generate(
    manifests: readonly Manifest[],
    name: string,
    { ledger }: Environment,
    app: string,
    release: Release,
  ): ApplicationManifest {
    const set = manifests.find(({ kind, metadata }) => kind === 'ApplicationSet' && metadata.name === name);
    if (set === undefined) throw new GitopsError('invalid', `The platform has no ApplicationSet "${name}".`);
    return applicationOf(set, join(ledger.folder, releaseFile(app)), release);
  }

  async #render(application: ApplicationManifest): Promise<RenderedRelease> {
    const { source, destination } = application.spec;
    const { releaseName, valueFiles, parameters = [], valuesObject = {} } = source.helm;
    const commit = source.targetRevision;
    const chart = await this.#folders.folder(commit, source.path);
    const files: string[] = [];
    for (const file of valueFiles) files.push(await this.#valuesFile(commit, file));
    const rendered = await this.#chart({
      chart,
      name: `${source.path} at ${commit.slice(0, 12)}, for ${application.metadata.name} with ${valueFiles.at(-1)},`,
      release: releaseName,
      namespace: destination.namespace,
      files,
      values: parameters.reduce<Values>(
        (values, { name, value }) => withParameter(values, name, value),
        valuesObject,
      ),
    });
    return { ...rendered, application };
  }

  /** Writes a values file with its folder. Argo CD resolves its path from the repository's root. */
  async #valuesFile(commit: Commit, file: string): Promise<string> {
    const path = file.replace(/^\//, '');
    await assertExists(this.#source, commit, path);
    const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    return join(await this.#folders.folder(commit, folder), name);
  }

  #chart(chart: Chart): Promise<Rendered> {
    return renderChart(this.#helm, chart);
  }
}

function noPlatform({ name }: Environment, commit: Commit, file: string): GitopsError {
  return new GitopsError(
    'invalid',
    `${name} has no Argo CD: ${file} does not exist at ${commit.slice(0, 12)}. ` +
      `Create it; ${PLATFORM_CHART}/README.md explains its values.`,
    { value: name },
  );
}

/** Sets the parameter `a.b`. Argo CD passes the parameters of an Application as strings. */
function withParameter(values: Values, name: string, value: string): Values {
  const [key = '', ...rest] = name.split('.');
  const inside = (values[key] ?? {}) as Values;
  return { ...values, [key]: rest.length === 0 ? value : withParameter(inside, rest.join('.'), value) };
}

/** The Application of an app in an environment without Argo CD: without the values of a platform. */
function withoutPlatform(
  { name }: Environment,
  app: string,
  { image, release }: Release,
): ApplicationManifest {
  const parameters = Object.entries(image ?? {}).map(([key, value]) => ({ name: `image.${key}`, value }));
  const valueFiles = ['values', name].map((file) => `/apps/${app}/deploy/${file}.yaml`);
  const source = { repoURL: '.', targetRevision: release.config, path: release.chart ?? '' };
  return {
    metadata: { name: app },
    spec: {
      source: { ...source, helm: { releaseName: app, valueFiles, parameters } },
      destination: { namespace: app },
    },
  };
}

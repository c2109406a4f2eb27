import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { GitopsError, PLATFORM, readEnvironment, type Environment } from '@slipway/gitops';
import {
  candidatesAt,
  findHelm,
  recordsToRender,
  Renderer,
  requireHelm,
  workTreeCommit,
  type Rendered,
  type RenderedRelease,
  type Surveyed,
  type Values,
} from '@slipway/gitops/render';
import { print } from './print.ts';
import { describeReport, NO_HELM, readExceptions, report, surveyAll } from './survey-all.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

interface Options {
  env: string;
  all?: boolean;
  output?: string;
  workTree?: boolean;
  facts?: string;
  json?: boolean;
}

/** The name of the objects that are applied by hand; other names are those of apps or the platform. */
const ROOT = 'root';

export function renderCommand(): Command {
  return new Command('render')
    .description('Print the objects that Argo CD would apply for a release, without a cluster')
    .argument('<what>', `an app; ${PLATFORM}; or ${ROOT}, which is applied by hand`)
    .option('--env <environment>', 'the environment', 'local')
    .option('--work-tree', 'render the work tree, committed or not, instead of the release')
    .option(
      '--all',
      'render the work tree for every environment, with a sample image, and check it by the rules',
    )
    .option('--output <folder>', 'with --all: write a file for each environment')
    .option(
      '--facts <file>',
      'JSON object of facts about the cluster from provisioning, for root and platform',
    )
    .option('--json', 'print JSON: the Application, if there is one, and its objects')
    .addHelpText(
      'after',
      '\nIt reads the release record as Argo CD does: the root creates the platform, the platform creates an Application\n' +
        'of each app, at the commit and with the image of its record. root itself is rendered from HEAD.\n\n' +
        'For example: npx slipway render root --env development | kubectl apply --server-side -f -',
    )
    .action(async (what: string, { env, all, output, workTree, facts: file, json }: Options) => {
      if (all) return renderAll(what, output && resolve(output), json);
      const facts = file === undefined ? undefined : await readFacts(resolve(file));
      const workspace = await enterWorkspace();
      const environment = await readEnvironment(workspace.root, env);
      const renderer = new Renderer(workspace.checkout, await requireHelm());
      try {
        const rendered = await render(workspace, renderer, environment, what, { workTree, facts });
        print(json, { environment: env, what, ...asJson(rendered) }, () => rendered.text.trimEnd());
      } finally {
        await renderer.close();
      }
    });
}

async function render(
  { checkout }: Workspace,
  renderer: Renderer,
  environment: Environment,
  what: string,
  { workTree = false, facts }: { workTree?: boolean | undefined; facts: Values | undefined },
): Promise<Rendered | RenderedRelease> {
  const commit = workTree ? await workTreeCommit(checkout) : await checkout.head();
  if (what === ROOT) return renderer.root(environment, commit, facts);
  const candidates = workTree ? await candidatesAt(checkout, environment, commit) : undefined;
  const recorded = candidates ? undefined : await recordsToRender(checkout, environment, what);
  const platform = candidates ? candidates.platform : recorded?.platform;
  const release = candidates ? (what === PLATFORM ? platform : candidates.apps.get(what)) : recorded?.release;
  if (release === undefined) throw notThere(environment, what, workTree);
  if (what === PLATFORM) return renderer.platform(environment, release, facts);
  return renderer.app(environment, platform, what, release);
}

/** The target `render`: it fails if a cluster would refuse what is to be deployed, or a rule is broken. */
async function renderAll(what: string, output: string | undefined, json: boolean | undefined): Promise<void> {
  const workspace = await enterWorkspace();
  const helm = await findHelm();
  if (helm === undefined) return print(json, { skipped: [NO_HELM] }, () => NO_HELM);
  const names = what === PLATFORM ? [PLATFORM, ROOT] : [what];
  const exceptions = await readExceptions(workspace);
  const found = await surveyAll(workspace, helm, exceptions, names);
  if (output !== undefined) await write(output, found);
  const result = report(found, exceptions, names);
  const rendered = found.map(({ what, environment }) => ({ what, environment }));
  const list = rendered.map((one) => `${one.what} in ${one.environment}`).join(', ') || 'nothing';
  print(json, { rendered, ...result }, () => describeReport(result, `Rendered, no rule broken: ${list}`));
  if (result.problems.length > 0) process.exitCode = 1;
}

/** Writes one file for each environment, so two environments or two commits can be compared. */
async function write(output: string, found: readonly Surveyed[]): Promise<void> {
  await rm(output, { recursive: true, force: true });
  for (const { what, environment, rendered } of found) {
    if (rendered === undefined) continue;
    const folder = join(output, environment);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${what}.yaml`), rendered.text);
  }
}

function notThere({ name }: Environment, what: string, workTree: boolean): GitopsError {
  const problem = workTree
    ? `The work tree does not deploy "${what}" to ${name}. Known names: npx slipway doctor`
    : `${name} has no release of "${what}". What is released: npx slipway status --env ${name}. To render the work tree: --work-tree`;
  return new GitopsError('usage', problem, { value: what });
}

const asJson = (rendered: Rendered | RenderedRelease) => ({
  ...('application' in rendered && { application: rendered.application }),
  manifests: rendered.manifests,
});

async function readFacts(file: string): Promise<Values> {
  const refuse = (why: string, cause?: unknown) =>
    new GitopsError('usage', `${file} is not a file of facts: ${why}. It must contain one JSON object.`, {
      value: file,
      cause,
    });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse((cause as Error).message, cause);
  });
  try {
    const facts: unknown = JSON.parse(text);
    if (typeof facts === 'object' && facts !== null && !Array.isArray(facts)) return facts as Values;
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  throw refuse('it is another JSON value');
}

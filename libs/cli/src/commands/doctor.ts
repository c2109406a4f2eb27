import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  appsAt,
  environmentStatus,
  GitopsError,
  listEnvironments,
  PLATFORM,
  readEnvironment,
  Checkout,
} from '@slipway/gitops';
import { table } from '@slipway/gitops/cli';
import { findHelm } from '@slipway/gitops/render';
import { print } from './print.ts';
import { describe, NO_HELM, readExceptions, report, surveyAll } from './survey-all.ts';

/** The result of one check. */
interface Finding {
  check: string;
  ok: boolean;
  found: string;
}

/** Runs a check. An error becomes a finding. */
async function look(check: string, examine: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, found: await examine() };
  } catch (error) {
    return { check, ok: false, found: (error as Error).message };
  }
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check this machine and this workspace: tools, history, environment files, apps, ledgers')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = [await look('Node', node), await look('git', git), ...(await workspaceFindings())];
      const rows = findings.map(({ check, ok, found }) => [
        ok ? 'ok' : 'FAILED',
        check,
        found.replaceAll('\n', ' '),
      ]);
      print(json, findings, () => table(['', 'CHECK', 'FOUND'], rows));
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

async function workspaceFindings(): Promise<Finding[]> {
  const opened = await Checkout.open(process.cwd()).catch((error: Error) => error);
  if (opened instanceof Error) return [{ check: 'workspace', ok: false, found: opened.message }];
  const names = await listEnvironments(opened.root);
  return [
    await look('history', () => history(opened)),
    await look('apps', () => apps(opened, names)),
    await look('charts', () => charts(opened)),
    ...(await Promise.all(names.map((name) => look(`environment ${name}`, () => environment(opened, name))))),
  ];
}

/** 22.22 is the oldest version that strips types without a flag and is still maintained. */
async function node(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 22)) {
    throw new Error(
      `This is Node ${process.versions.node}; at least 22.22 is needed. Run \`npm ci\`, which installs one, or install Node 24.`,
    );
  }
  return process.versions.node;
}

async function git(): Promise<string> {
  return execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
}

async function history(checkout: Checkout): Promise<string> {
  const head = await checkout.head();
  if (!(await checkout.isWhole())) {
    throw new GitopsError(
      'shallow',
      'This clone is shallow, so the changes of a commit are unknown. Run `git fetch --unshallow`, or check out with `fetch-depth: 0`.',
    );
  }
  return `complete, HEAD is ${head.slice(0, 12)}`;
}

async function apps(checkout: Checkout, environments: readonly string[]): Promise<string> {
  const head = await checkout.head();
  const found = new Map<string, string[]>();
  for (const environment of environments) {
    for (const { name, chart } of await appsAt(checkout, head, environment)) {
      found.set(name, [...(found.get(name) ?? []), environment]);
      if (name !== PLATFORM && !existsSync(join(checkout.root, 'apps', name, 'deploy/values.yaml'))) {
        throw new Error(
          `apps/${name}/deploy/values.yaml is missing: Argo CD reads it in every environment. Create it; it may be empty.`,
        );
      }
      if (!existsSync(join(checkout.root, chart, 'Chart.yaml'))) {
        throw new Error(
          `${name} uses the chart ${chart}, but ${chart}/Chart.yaml does not exist. Correct slipway.chart in apps/${name}/package.json.`,
        );
      }
    }
  }
  return [...found].map(([name, where]) => `${name} (${where.join(', ')})`).join(', ') || 'none';
}

/** Renders and checks the work tree for every environment, so errors appear before Argo CD has them. */
async function charts(checkout: Checkout): Promise<string> {
  const helm = await findHelm();
  if (helm === undefined) return NO_HELM;
  const workspace = { root: checkout.root, checkout };
  const exceptions = await readExceptions(workspace);
  const found = await surveyAll(workspace, helm, exceptions);
  const { problems } = report(found, exceptions, []);
  if (problems.length > 0) throw new Error(problems.map(describe).join('; '));
  return `${found.length} renderings break no rule`;
}

async function environment(checkout: Checkout, name: string): Promise<string> {
  const status = await environmentStatus(checkout, await readEnvironment(checkout.root, name));
  const { remote, branch, commit } = status.ledger;
  return `ledger ${branch} at ${remote}: ${commit ? commit.slice(0, 12) : 'nothing released yet'}`;
}

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtime } from '@pulumi/pulumi';
import { LocalWorkspace, PulumiCommand, type Stack } from '@pulumi/pulumi/automation/index.js';
import { StackError } from '../error.ts';
import { programError } from '../graph/program-error.ts';
import type { Program } from '../graph/synth.ts';
import type { StackProject } from '../project/read-stack.ts';
import { Engine } from './engine.ts';
import { explainEngine } from './explain.ts';

export interface EngineOptions {
  project: Pick<StackProject, 'folder' | 'project' | 'stack'> & Partial<Pick<StackProject, 'secretKeys'>>;
  program: Program;
  /** The URL of the state store: `s3://…`, `file://…`. Never taken from a login on this machine. */
  backend: string;
  /** Environment variables added to those of this process: a passphrase, credentials. @default none */
  env?: Readonly<Record<string, string>>;
  /** Receives the engine's output, line by line. @default the output is dropped */
  onLine?: (line: string) => void;
}

/** Versions 3.245 to 3.256 damage state on S3-like stores other than AWS (pulumi/pulumi 23478, 24219). */
const BROKEN = { from: 245, to: 256 };

/**
 * Opens the engine on a stack, in a temporary work directory that {@link Engine.close} deletes. The program
 * runs in this process. If it throws, the operation that ran it throws `program`.
 *
 * @throws {StackError} `no-engine` if `pulumi` is missing or has a broken version; `auth`, `locked`, `engine`
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { project, program, backend, env = {}, onLine = () => {} } = options;
  const pulumiCommand = await findCommand();
  const watched = watch(program, project);
  const workDir = await mkdtemp(join(tmpdir(), 'slipway-engine-'));
  const clean = () => rm(workDir, { recursive: true, force: true, maxRetries: 3 });
  try {
    const file = `Pulumi.${project.stack}.yaml`;
    await copyFile(join(project.folder, file), join(workDir, file)).catch(() => {}); // a stack may have no configuration
    const stack: Stack = await LocalWorkspace.createOrSelectStack(
      { stackName: project.stack, projectName: project.project, program: watched.program },
      {
        workDir,
        pulumiCommand,
        envVars: { PULUMI_SKIP_UPDATE_CHECK: 'true', ...env },
        projectSettings: { name: project.project, runtime: 'nodejs', backend: { url: backend } },
      },
    );
    return new Engine({ stack, name: project, thrown: watched.thrown, onLine, clean });
  } catch (error) {
    await clean();
    throw explainEngine(error, project);
  }
}

/** Wraps a program to keep the error that it throws, with the secrets of its configuration removed. */
function watch(program: Program, { secretKeys = [], ...name }: EngineOptions['project']) {
  let thrown: StackError | undefined;
  const watched = async (): Promise<Record<string, unknown> | void> => {
    thrown = undefined;
    try {
      return await program();
    } catch (error) {
      const config = runtime.allConfig();
      const secrets = secretKeys.flatMap((key) => config[key] ?? []);
      throw (thrown = programError(error, name, secrets));
    }
  };
  return { program: watched, thrown: () => thrown };
}

async function findCommand(): Promise<PulumiCommand> {
  const found = await PulumiCommand.get({ skipVersionCheck: true }).catch((cause: unknown) => {
    throw new StackError(
      'no-engine',
      'pulumi is not on PATH. Install version 3.259.0 or newer: https://www.pulumi.com/docs/iac/download-install',
      { cause },
    );
  });
  const { major, minor } = found.version ?? { major: 0, minor: 0 };
  if (major !== 3 || (minor >= BROKEN.from && minor <= BROKEN.to)) {
    throw new StackError(
      'no-engine',
      `pulumi ${String(found.version)} damages state on S3-compatible stores (versions 3.245 to 3.256). Install 3.259.0 or newer.`,
      { value: String(found.version) },
    );
  }
  return found;
}

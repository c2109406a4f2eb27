import {
  loadProgram,
  readStack,
  synthStack,
  type Graph,
  type Policy,
  type StackProject,
} from '@slipway/stack';
import { enterWorkspace, type Workspace } from '../workspace.ts';

export interface StackOptions {
  /** In seconds. */
  timeout: number;
  json?: boolean;
  markdown?: boolean;
  /** The commit to compare with. */
  base?: string;
}

/** A stack of the workspace with its current graph. */
export interface OpenStack extends Workspace {
  project: StackProject;
  policies: readonly Policy[];
  graph: Graph;
}

/**
 * Enters the workspace, reads a stack and makes its graph.
 *
 * @throws {StackError} if the folder, the configuration or the program is invalid
 */
export async function openStack(folder: string, { timeout }: StackOptions): Promise<OpenStack> {
  const workspace = await enterWorkspace();
  const project = await readStack(folder);
  const { policies } = await loadProgram(project);
  const graph = await synthStack(project, timeout);
  return { ...workspace, project, policies, graph };
}

import { createProjectGraphAsync, readCachedProjectGraph, type ProjectGraph } from '@nx/devkit';
import type { ChangedProjects } from '@slipway/gitops';

/**
 * Finds the projects that a range of commits affects, exactly as `nx affected`, without starting Nx for every
 * range. Nx exports no function for this. The three functions of Nx 23.2.1 that `nx affected` uses are called
 * instead, and a test compares the results with the command.
 *
 * On the first call the current folder must be the root of the workspace: Nx finds the workspace by it.
 *
 * @param graph `fresh` computes the project graph; `cached` uses the graph of the running Nx
 */
export function affectedProjects(graph: 'fresh' | 'cached'): ChangedProjects {
  let made: Promise<ProjectGraph> | undefined;
  return async (base, head) => {
    made ??=
      graph === 'fresh'
        ? createProjectGraphAsync({ exitOnError: false })
        : Promise.resolve(readCachedProjectGraph());
    const { filterAffected } = await import('nx/src/project-graph/affected/affected-project-graph.js');
    const { calculateFileChanges } = await import('nx/src/project-graph/file-utils.js');
    const { parseFiles } = await import('nx/src/utils/command-line-utils.js');
    const range = head === 'worktree' ? { base } : { base, head };
    const { files } = parseFiles(range) as { files: string[] };
    const affected = await filterAffected(await made, calculateFileChanges(files, range));
    return new Set(Object.keys(affected.nodes));
  };
}

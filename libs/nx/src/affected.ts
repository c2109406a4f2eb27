import { createProjectGraphAsync, readCachedProjectGraph, type ProjectGraph } from '@nx/devkit';
import type { ChangedProjects } from '@slipway/gitops';

/**
 * Answers which projects a range of commits affects, exactly as `nx affected` does, without starting Nx again
 * for every range. `nx affected` itself offers no function for this: these are the three of Nx 23.2.1 that it
 * is made of, and a test compares the answers with the real command's.
 *
 * The current folder must be the root of the workspace when this is first called, as Nx finds it by that.
 *
 * @param graph `fresh` computes the project graph; `cached` takes the one that the running Nx has just made
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

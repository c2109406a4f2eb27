import { createHash } from 'node:crypto';
import type { EnvironmentState } from '../../src/due/due.ts';
import type { Commit } from '../../src/git/commit.ts';

/** What each project is made of: `code` changes what it is, `values` its configuration. */
export type Contents = Record<string, { code: string; values: string }>;

/** A Git that lives in memory: a commit is its parent and what each project is made of. */
export class MemoryGit {
  readonly #commits = new Map<Commit, { parent: Commit | undefined; contents: Contents }>();
  readonly #projects: readonly string[];
  main: Commit;

  constructor(projects: readonly string[]) {
    this.#projects = projects;
    const start = projects.map((project) => [project, { code: '1', values: '1' }] as const);
    this.main = this.add(undefined, Object.fromEntries(start));
  }

  add(parent: Commit | undefined, contents: Contents): Commit {
    const id = createHash('sha1').update(`${this.#commits.size} ${parent}`).digest('hex');
    this.#commits.set(id, { parent, contents });
    return id;
  }

  contents(commit: Commit): Contents {
    return this.#commits.get(commit)?.contents as Contents;
  }

  parent(commit: Commit): Commit | undefined {
    return this.#commits.get(commit)?.parent;
  }

  has(ancestor: Commit, descendant: Commit): boolean {
    for (let at: Commit | undefined = descendant; at; at = this.parent(at)) if (at === ancestor) return true;
    return false;
  }

  /** The net difference, as `git diff` sees it: a change and its revert cancel out. */
  changed(base: Commit, head: Commit): Set<string> {
    const [then, now] = [this.contents(base), this.contents(head)];
    return new Set(
      this.#projects.filter((project) => JSON.stringify(then[project]) !== JSON.stringify(now[project])),
    );
  }

  readonly history: EnvironmentState['checkout'] = {
    isAncestor: async (ancestor, descendant) => this.has(ancestor, descendant),
    isOnMainline: async (commit, mainline) => this.has(commit, mainline),
    objectId: async (commit, path) => {
      const app = /^apps\/([^/]+)\/deploy$/.exec(path)?.[1];
      return app === undefined ? 'the chart' : this.contents(commit)[app]?.values;
    },
  };
}

/**
 * `npm test` runs lint, type check and tests of every project with Nx, then prints their number in one line.
 * Nx reports the result of each task, Vitest that of each test, also if Nx used its cache.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

const RUN = '.nx/cache/run.json';

interface Task {
  taskId: string;
  target: string;
  projectName: string;
  status: number;
}

interface TestResults {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  numPendingTests: number;
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] }[];
  }[];
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** The folders of the projects, from Nx's project graph. */
function projectRoots(): Map<string, string> {
  const graph = readJson<{ nodes: Record<string, { data: { root: string } }> }>(
    '.nx/workspace-data/project-graph.json',
  );
  return new Map(Object.entries(graph?.nodes ?? {}).map(([name, { data }]) => [name, data.root]));
}

const resultsFile = (root: string | undefined): string => `${root}/dist/test/results.json`;

/** Each failed test with the first line of its error, and each file that could not run. */
function failuresOf(file: string): string[] {
  const results = readJson<TestResults>(file)?.testResults ?? [];
  return results.flatMap(({ name, message, assertionResults }) => {
    const place = relative(process.cwd(), name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return message ? [`${place}: ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages = [] }) => `${place}: ${fullName}: ${firstLine(failureMessages[0] ?? '')}`,
    );
  });
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/**
 * A task counts as one. A test task with results counts as its tests, and as at least one failure if it
 * failed.
 */
function countTask({ target, projectName, status }: Task, roots: ReadonlyMap<string, string>): Count {
  const results = target === 'test' ? readJson<TestResults>(resultsFile(roots.get(projectName))) : undefined;
  if (!results) return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  const failed = results.numFailedTests + (results.numFailedTestSuites ? 1 : 0);
  return {
    passed: results.numPassedTests,
    failed: status === 0 ? 0 : Math.max(1, failed),
    skipped: results.numPendingTests,
  };
}

rmSync(RUN, { force: true });
const targets = ['--targets=lint,typecheck,test', '--output-style=static', ...process.argv.slice(2)];
const { status } = spawnSync('nx', ['run-many', ...targets], { stdio: 'inherit' });

const tasks = (readJson<{ tasks: Task[] }>(RUN)?.tasks ?? []).filter(({ target }) =>
  ['lint', 'typecheck', 'test'].includes(target),
);
const roots = projectRoots();
const total = tasks
  .map((task) => countTask(task, roots))
  .reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
// A run that failed without a failed task, or that ran no test, counts as a failure, too.
if (total.failed === 0 && (status !== 0 || total.passed === 0)) total.failed = 1;
for (const { taskId, status, projectName, target } of tasks) {
  if (status !== 0) console.log(`failed: ${taskId}`);
  if (target !== 'test') continue;
  if (status !== 0)
    for (const line of failuresOf(resultsFile(roots.get(projectName)))) console.log(`  ${line}`);
  const retried = readJson<string[]>(`${roots.get(projectName)}/dist/test/second-tries.json`) ?? [];
  for (const name of retried) console.log(`passed only at the second try: ${projectName}: ${name}`);
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed === 0 ? 0 : 1;

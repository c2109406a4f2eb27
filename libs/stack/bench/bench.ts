/**
 * Measures synth: many stacks against one, the cache against the start of Nx, and growth with the number of
 * stacks. Usage: npm run bench -w libs/stack; SLIPWAY_ROUNDS sets the number of rounds. Ratios are ratios of
 * medians, because load on the machine affects them less than it affects seconds.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const ROUNDS = Number(process.env['SLIPWAY_ROUNDS'] ?? 3);
const COUNTS = [10, 25, 50];
const LARGEST = 'production-cluster';

/** The environment without the variables of an Nx process that runs this script. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NX_'))),
  NX_DAEMON: 'false',
};

function run(program: string, args: readonly string[]): string {
  const done = spawnSync(program, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

const NX = createRequire(join(ROOT, 'package.json')).resolve('nx/bin/nx.js');

const nx = (...args: string[]): string => run(process.execPath, [NX, ...args]);

/** Median seconds of each task. Tasks alternate, so load on the machine affects all of them equally. */
function alternate<Name extends string>(tasks: Record<Name, () => void>): Record<Name, number> {
  const names = Object.keys(tasks) as Name[];
  const seconds = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const start = performance.now();
      tasks[name]();
      seconds.get(name)?.push((performance.now() - start) / 1000);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(seconds.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** The exponent of growth between the first and the last count: 1 is linear. */
const exponent = (seconds: readonly number[]): number =>
  Math.log((seconds.at(-1) as number) / (seconds[0] as number)) /
  Math.log((COUNTS.at(-1) as number) / (COUNTS[0] as number));

const fixed = (value: number): string => value.toFixed(2);

nx('run-many', '-t', 'synth'); // fills the cache
const { start, cached, one, all } = alternate({
  start: () => nx('run-many', '-t', 'no-such-target'),
  cached: () => nx('run', `${LARGEST}:synth`),
  one: () => nx('run', `${LARGEST}:synth`, '--skip-nx-cache'),
  all: () => nx('run-many', '-t', 'synth', '--skip-nx-cache'),
});
const grown = COUNTS.map((count) => {
  const script = join(import.meta.dirname, 'generated-stacks.ts');
  const times = Array.from({ length: ROUNDS }, () =>
    Number(run(process.execPath, ['--conditions=@slipway/source', script, String(count)])),
  );
  return median(times);
});

console.log(`${cpus().length} cores, Node ${process.versions.node}, medians of ${ROUNDS} rounds\n`);
console.log(`| | seconds | |\n| --- | ---: | --- |`);
console.log(`| Nx starts and runs nothing | ${fixed(start)} | |`);
console.log(
  `| \`nx run ${LARGEST}:synth\`, cached | ${fixed(cached)} | ${fixed(cached - start)} s over Nx's start |`,
);
console.log(`| the same, not cached | ${fixed(one)} | |`);
console.log(`| all stacks of the workspace, not cached | ${fixed(all)} | ${fixed(all / one)} × one |`);
COUNTS.forEach((count, at) => {
  const note = at === COUNTS.length - 1 ? `grows with the power ${fixed(exponent(grown))}` : '';
  console.log(`| ${count} generated stacks, one process | ${fixed(grown[at] as number)} | ${note} |`);
});

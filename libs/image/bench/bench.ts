import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBuilders } from './compare-builders.ts';
import { compareLarge } from './compare-large.ts';
import { compareLayers } from './compare-layers.ts';
import { compareMany } from './compare-many.ts';
import { compareUnchanged } from './compare-unchanged.ts';
import { openStage } from './stage.ts';

// `npm run bench -w libs/image [runs] [part …]` compares the speed of tools in one run on this machine and
// prints medians and ratios as a Markdown table. Needs a built sample-api (`npx nx build sample-api`),
// docker-registry, crane, buildah, skopeo, tar, gzip and /usr/bin/time; installs containerify in a temporary
// folder. On Linux the folder is in memory, to exclude the registry's disk; TMPDIR selects another one.
const parts = {
  builders: compareBuilders,
  unchanged: compareUnchanged,
  many: compareMany,
  layers: compareLayers,
  large: compareLarge,
};
const [count = '7', ...names] = process.argv.slice(2);
const memory = '/dev/shm';
const place = process.env['TMPDIR'] ?? (existsSync(memory) ? memory : tmpdir());
const folder = await mkdtemp(join(place, 'slipway-bench-'));
const stage = await openStage(folder);
try {
  process.stdout.write('| What | Median | Against | Ratio | Wanted |\n| --- | --- | --- | --- | --- |\n');
  for (const [name, part] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue;
    for (const { what, ours, against, ratio, wanted } of await part(stage, Number(count))) {
      process.stdout.write(`| ${what} | ${ours} | ${against} | ${ratio} | ${wanted} |\n`);
    }
  }
} finally {
  stage.close();
  await rm(folder, { recursive: true, force: true });
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildImage } from '../src/build/build-image.ts';
import { hostNodeBase } from '../src/base/embedded-base.ts';
import { medians, ms, run, type Row } from './measure.ts';
import type { Stage } from './stage.ts';

const words =
  'const function return import export default await async module error options value stream'.split(' ');

/** Builds a layer of 5,000 files (26 MB of text that compresses like code), compared with tar and gzip. */
export async function compareLayers({ folder }: Stage, runs: number): Promise<Row[]> {
  const bundle = join(folder, 'files');
  let state = 42;
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) % below;
  for (let n = 0; n < 5000; n++) {
    const file = join(bundle, `node_modules/p${n % 200}/lib/f${n}.js`);
    await mkdir(dirname(file), { recursive: true });
    const tokens = Array.from(
      { length: 300 + random(900) },
      () => `${words[random(13)]} ${random(9999).toString(36)}`,
    );
    await writeFile(file, tokens.join('\n'));
  }
  await writeFile(join(bundle, 'main.mjs'), '');
  const [ours = 0, theirs = 0] = await medians(runs, [
    () => buildImage({ bundle, output: join(folder, 'files-layout'), base: hostNodeBase(), name: 'files' }),
    () => run('sh', ['-c', 'tar -cf - -C "$0" . | gzip -6 > "$1"', bundle, join(folder, 'files.tgz')]),
  ]);
  return [
    {
      what: 'layer of 5,000 files',
      ours: ms(ours),
      against: `tar \\| gzip -6: ${ms(theirs)}`,
      ratio: `${(theirs / ours).toFixed(2)} × faster`,
      wanted: '≥ 1 ×',
    },
  ];
}

/** Bumps one key again and again, and prints each value once it has landed: an acknowledgement. */
import { bumpFiles } from '../src/index.ts';
import { FILE } from './contention.ts';

const [, , repository = '', name = ''] = process.argv;
process.stdout.write('ready\n');
for (let at = 1; ; at += 1) {
  const value = `${name}-${at}`;
  const { commit } = await bumpFiles({ repository, edits: [{ file: FILE, path: 'w0.tag', value }] });
  if (commit !== undefined) process.stdout.write(`${value}\n`);
}

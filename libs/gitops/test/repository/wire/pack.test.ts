import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitObject, type ObjectFormat } from '../../../src/repository/git-object.ts';
import { readPack, writePack } from '../../../src/repository/wire/pack.ts';
import { generator } from '../../random.ts';
import { scratch } from '../../workspace.ts';

const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);

/** A repository with files that resemble one another, so that git packs differences. */
function repository(format: ObjectFormat): { git(args: string[], input?: string | Buffer): Buffer } {
  const folder = join(scratch(), 'r.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, folder]);
  return {
    git: (args, input = '') => execFileSync('git', ['-C', folder, ...args], { input, maxBuffer: 1 << 28 }),
  };
}

function filled(format: ObjectFormat) {
  const below = generator(SEED);
  const made = repository(format);
  const lines = Array.from({ length: 400 }, () => `key${below(1_000)}: ${'x'.repeat(below(60))}\n`);
  for (let at = 0; at < 20; at += 1) {
    lines[below(400)] = `changed: ${at}\n`;
    const size = at === 0 ? 200_000 : 0; // one so large that its size takes three bytes
    made.git(['hash-object', '-w', '--stdin'], `${lines.join('')}${'long '.repeat(size / 5)}`);
  }
  return made;
}

const listed = (git: (args: string[]) => Buffer): string[] =>
  git(['cat-file', '--batch-all-objects', '--batch-check']).toString('utf8').trim().split('\n');

describe.each(['sha1', 'sha256'] as const)('a pack of objects that %s names', (format) => {
  it.each([
    ['by offset', ['--delta-base-offset']],
    ['by id', []],
  ])(`is read with all its differences ${'%s'}, as git reads it (seed ${SEED})`, (_, how) => {
    const { git } = filled(format);
    const objects = listed(git);
    const ids = objects.map((line) => line.split(' ')[0]).join('\n');
    const pack = git(['pack-objects', '--stdout', '--quiet', ...how], `${ids}\n`);
    const read = readPack(pack, format);
    expect(
      [...read.values()].map(({ id, type, content }) => `${id} ${type} ${content.length}`).sort(),
    ).toEqual(objects);
    const whole = [...read.values()].reduce((sum, { content }) => sum + content.length, 0);
    expect(pack.length).toBeLessThan(whole / 10); // else there were no differences in it
  });

  it('is written so that git takes it', () => {
    const { git } = repository(format);
    const contents = ['', 'short', 'x'.repeat(15), 'x'.repeat(16), 'y'.repeat(70_000)].map((text) =>
      Buffer.from(text),
    );
    const objects = contents.map((content) => gitObject(format, 'blob', content));
    git(['unpack-objects', '--strict', '-q'], writePack(objects, format));
    for (const { id, content } of objects) expect(git(['cat-file', 'blob', id]).equals(content)).toBe(true);
    expect([...readPack(writePack(objects, format), format).keys()]).toEqual(objects.map(({ id }) => id));
  });

  it('is refused when any byte of it is another one', () => {
    const pack = writePack([gitObject(format, 'blob', Buffer.from('content'))], format);
    for (let at = 0; at < pack.length; at += 1) {
      const broken = Buffer.from(pack);
      broken[at] = (broken[at] as number) ^ 0x10;
      expect(() => readPack(broken, format), `byte ${at}`).toThrow();
    }
    expect(() => readPack(pack, format)).not.toThrow(); // the negative control
  });
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gitObject, type ObjectFormat } from '../../../src/repository/git-object.ts';
import { readPack, writePack } from '../../../src/repository/wire/pack.ts';
import { generator } from '../../random.ts';
import { scratch } from '../../workspace.ts';
import { bits, entry, packOf } from './written-pack.ts';

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

/** A blob, and a difference from it that is `back` bytes behind. */
const withDelta = (base: Buffer, delta: readonly number[]): Buffer => {
  const first = entry(3, base.length, base);
  const difference = Buffer.from(delta);
  const [head = 0, ...rest] = bits(difference.length, 4);
  const header = Buffer.from([(6 << 4) | head, ...rest, first.length]);
  return packOf(first, Buffer.concat([header, deflateSync(difference)]));
};

describe('a pack from somebody who means harm', () => {
  const base = Buffer.from('0123456789');

  it.each([2 ** 28 + 1, 2 ** 31, 2 ** 40, 2 ** 52, 2 ** 80])(
    'that says an object has %i bytes is refused before there is room made for them',
    (size) => {
      const before = process.memoryUsage().arrayBuffers;
      expect(() => readPack(packOf(entry(3, size, base)), 'sha1')).toThrow('too large');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    },
  );

  it('that inflates to more than it says is refused', () => {
    expect(() => readPack(packOf(entry(3, 10, Buffer.alloc(2 ** 24))), 'sha1')).toThrow();
  });

  it('whose objects come to more than there is room for is refused, each as small as it may be', () => {
    const many = Array.from({ length: 10 }, () => entry(3, 1_000, Buffer.alloc(1_000)));
    expect(() => readPack(packOf(...many), 'sha1', 9_999)).toThrow('too large');
    expect(readPack(packOf(...many), 'sha1', 10_000).size).toBe(1); // the negative control
  });

  it('whose difference says that it makes a huge object is refused', () => {
    const delta = [...bits(base.length), ...bits(2 ** 40), 0x90, 1];
    expect(() => readPack(withDelta(base, delta), 'sha1')).toThrow('too large');
  });

  it('whose difference makes more than it says, or takes what is not there, is refused', () => {
    const copies = Array.from({ length: 1_000 }, () => [0x90, 10]).flat();
    const says = (size: number, ...rest: number[]) =>
      withDelta(base, [...bits(base.length), ...bits(size), ...rest]);
    expect(() => readPack(says(10, ...copies), 'sha1')).toThrow('damaged');
    expect(() => readPack(says(10, 0x91, 5, 10), 'sha1')).toThrow('damaged');
    expect(() => readPack(says(0x10000, 0x80), 'sha1')).toThrow('damaged');
    expect(() => readPack(says(20, 0x90, 10), 'sha1')).toThrow('damaged');
    expect(readPack(says(10_000, ...copies), 'sha1').size).toBe(2); // the negative control
  });

  it('that says it has millions of objects is refused', () => {
    const pack = packOf(entry(3, base.length, base));
    pack.writeUInt32BE(4_000_000, 8);
    const body = pack.subarray(0, -20);
    const whole = Buffer.concat([body, createHash('sha1').update(body).digest()]);
    expect(() => readPack(whole, 'sha1')).toThrow('too many');
  });
});

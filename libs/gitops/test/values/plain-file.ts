import fc from 'fast-check';
import type { Path } from '../../src/values/index.ts';

const key = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('image', 'tag', 'env', 'a-b') },
  { weight: 1, arbitrary: fc.constantFrom('x1', 'on', '"image"', 'größe', '<<', '? tag', 'image ', '7') },
);
const word = fc.constantFrom(
  'v1',
  '0777',
  '"two words"',
  "'it'",
  '1.27.3',
  'a:b',
  'sha256:aa',
  'two words',
  '-7',
  '~',
);
const oddity = fc.constantFrom(
  ...[
    '&a v1',
    '*a',
    '!!str x',
    '"open',
    "it's",
    'a: b',
    'a #b',
    'x#y',
    '|',
    '>-',
    '|+',
    '|2',
    '[a, "b"]',
    '{a: 1}',
  ],
  ...[
    '[a',
    '{a: [b, {c: d}]}',
    '[a, b]: c',
    '"a"b',
    "''",
    '@x',
    '%x',
    '- x',
    '?',
    'x:',
    ':x',
    '# c',
    '"a\\"b"',
    '{}',
    '[ ]',
  ],
);
const value = fc.oneof(
  { weight: 5, arbitrary: word },
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: oddity },
);
/** A block of text whose lines may stand anywhere. */
const block = fc
  .tuple(
    key,
    fc.constantFrom('|', '>-', '|+', '- |'),
    fc.array(fc.tuple(fc.nat(5), fc.constantFrom('', 'tag: x', 'word', '# c')), { maxLength: 4 }),
  )
  .map(([name, header, lines]) => {
    const start = header === '- |' ? header : `${name}: ${header}`;
    return [start, ...lines.map(([margin, content]) => ' '.repeat(margin) + content)].join('\n');
  });

const line = fc.oneof(
  { weight: 2, arbitrary: block },
  { weight: 8, arbitrary: fc.tuple(key, value).map(([name, own]) => `${name}: ${own}`.trimEnd()) },
  { weight: 4, arbitrary: fc.tuple(key, value).map(([name, own]) => `- ${name}: ${own}`.trimEnd()) },
  { weight: 3, arbitrary: value.map((own) => `- ${own}`.trimEnd()) },
  { weight: 1, arbitrary: fc.oneof(value, fc.constant('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '# comment',
      '---',
      '...',
      '\tx',
      '%YAML 1.1',
      '-  tag: v1',
      'tag:v1',
      '   ',
    ),
  },
);

/** How far a line's indentation is from the one before. Mostly as a writer of YAML would. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 2, -2, 2, 0) },
  { weight: 1, arbitrary: fc.constantFrom(1, -1, 4, -4) },
);

const text = fc
  .tuple(
    fc.array(fc.tuple(step, line, fc.constantFrom('', '', '', ' # why', ' ')), {
      minLength: 1,
      maxLength: 9,
    }),
    fc.constantFrom('\n', '\n', '\r\n'),
  )
  .map(([lines, end]) => {
    let margin = 0;
    const written = lines.map(([change, content, tail], at) => {
      margin = at === 0 ? 0 : Math.max(0, margin + change);
      return (' '.repeat(margin) + content + tail).replaceAll('\n', `${end}${' '.repeat(margin)}`) + end;
    });
    return written.join('');
  });

/** Where a reader who knows indentation only would look for values. */
function likelyPaths(written: string): Path[] {
  const open: { column: number; segment: string | number }[] = [];
  return written.split(/\r?\n/).flatMap((content) => {
    const [, margin = '', dash = '', name] = /^( *)(- +)?(?:([\w-]+):)?/.exec(content) ?? [];
    while ((open.at(-1)?.column ?? -1) >= margin.length + (dash ? 1 : 0)) open.pop();
    if (dash) {
      const before = open.at(-1)?.column === margin.length + 0.5 ? Number(open.pop()?.segment) + 1 : 0;
      open.push({ column: margin.length + 0.5, segment: before });
    }
    if (name) open.push({ column: margin.length + dash.length, segment: name });
    return name || dash ? [open.map(({ segment }) => segment)] : [];
  });
}

/** Small texts near the border between plain files and all others, many of them no YAML at all, and a path that may be there. */
export const nearlyPlainFile: fc.Arbitrary<{ text: string; path: Path }> = fc
  .tuple(text, fc.nat())
  .map(([written, pick]) => {
    const paths = likelyPaths(written);
    return { text: written, path: paths[pick % Math.max(1, paths.length)] ?? ['image'] };
  });

import fc from 'fast-check';
import type { Path, Value } from '../../src/values/index.ts';

/** A random values file with one scalar in it that can be edited. */
export interface GeneratedFile {
  readonly text: string;
  readonly path: Path;
  /** Where the scalar is written, as offsets in the text. */
  readonly start: number;
  readonly end: number;
}

type Tree = Leaf | Branch;
interface Leaf {
  readonly source: string;
  readonly editable: boolean;
}
interface Branch {
  readonly list: boolean;
  readonly flow: boolean;
  readonly entries: readonly { readonly key: string; readonly value: Tree; readonly comment: string }[];
}

/** Private-use characters around the chosen scalar while the text is made. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];

const plainText = fc.constantFrom(
  ...[
    'v1',
    '0777',
    '1e3',
    'yes',
    '~',
    '1.27.3',
    '12:30:45',
    'sha256:aa',
    '0x1F',
    '.5',
    'two words',
    'größe',
    '日本',
  ],
  ...['2024-01-02', 'true', '-7', 'null', 'a/b:c', 'C:\\x', "it's", 'x"y', 'a&b', '1_000'],
);
const flowText = fc.constantFrom('v1', '0777', 'yes', 'two words', '1.5', 'größe', '~', 'null', '-7');
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((raw) => raw.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uE000\uE001\uFFFE\uFFFF]/gu, ''));
const quoted = fc.oneof(
  text.map((raw) => JSON.stringify(raw)),
  text.map((raw) => `'${raw.replaceAll("'", "''")}'`),
  fc.constantFrom('"\\u2028\\x41\\ttab"', '"\\\\ \\" end"', '""', "''"),
);
const key = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('image', 'tag', 'digest', 'env', 'größe', 'with space', 'a-b', '日本', 'x1'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'a.b',
      'on',
      '__proto__',
      'constructor',
      '8080',
      '',
      '#x',
      "it's",
      'q"q',
      '<<',
    ),
  },
);
const comment = fc.constantFrom('', '', '', ' # why', '  # "quotes" & {flow} – ü', '\t# tab', '   ');
/** Only between the lines of block maps and lists, where they cannot be edited. */
const block = fc.constantFrom(
  '|\n# no comment\n  more: x\n\ny',
  '>-\nfolded\ntext\n\nafter',
  '|+\nkept\n\n',
  'plain over\nlines # no, a comment',
  '"quoted over\n\nlines: \\\n  still"',
);

const { tree } = fc.letrec<{ tree: Branch; child: Tree; flow: Tree }>((tie) => ({
  tree: branch(tie('child'), fc.constant(false)),
  child: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(plainText, quoted).map((source) => ({ source, editable: true })),
    block.map((source) => ({ source, editable: false })),
    tie('tree'),
    branch(tie('flow'), fc.constant(true)),
  ),
  flow: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(flowText, quoted).map((source) => ({ source, editable: true })),
    branch(tie('flow'), fc.constant(true)),
  ),
}));

function branch(child: fc.Arbitrary<Tree>, flow: fc.Arbitrary<boolean>): fc.Arbitrary<Branch> {
  const entry = fc.record({ key, value: child, comment });
  const entries = fc.uniqueArray(entry, { minLength: 1, maxLength: 5, selector: ({ key: name }) => name });
  return fc.record({ list: fc.boolean(), flow, entries });
}

const layout = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.integer({ min: 1, max: 4 }),
  mark: fc.constantFrom('', '\ufeff'),
  head: fc.constantFrom('', '# head\n\n', '---\n', '%YAML 1.2\n--- # doc\n'),
  tail: fc.constantFrom('\n', '', '\n\n\n', '\n# tail', '\n...\n', '\n---\nother: [document]\n'),
  anchored: fc.boolean(),
});

/** Values that ask for every way of writing one. */
export const newValue: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'binary' }).filter((raw) => raw.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...'yn0123456789.:-+_eExob~#,[]{}&*!|>%@`"\' \t\n\\a\u2028\ufeff') }),
  plainText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
);

/** Files of every shape that can be edited, each with one scalar chosen. */
export const generatedFile: fc.Arbitrary<GeneratedFile> = fc
  .record({ root: tree, layout, pick: fc.nat() })
  .map(({ root, layout: { eol, indent, mark, head, tail, anchored }, pick }) => {
    const paths = editablePaths(root, []);
    const path = paths[pick % Math.max(1, paths.length)] ?? [];
    const marked = mark + head + renderBlock(root, path, '', ' '.repeat(indent), anchored).slice(1) + tail;
    const withEnds = marked.replaceAll('\n', eol);
    const start = withEnds.indexOf(OPEN);
    const end = withEnds.indexOf(CLOSE) - 1;
    return { text: withEnds.replace(OPEN, '').replace(CLOSE, ''), path, start, end };
  })
  .filter(({ path }) => path.length > 0);

function editablePaths(node: Tree, path: Path): Path[] {
  if ('source' in node) return node.editable ? [path] : [];
  return node.entries.flatMap(({ key: name, value }, index) =>
    editablePaths(value, [...path, node.list ? index : name]),
  );
}

/** The lines of a map or list, each with its line break in front. `path` leads to the chosen scalar, or is empty. */
function renderBlock(
  node: Branch,
  path: Path | undefined,
  margin: string,
  step: string,
  anchored: boolean,
): string {
  const lines = node.entries.map(({ key: name, value, comment: note }, index) => {
    const here = path?.[0] === (node.list ? index : name) ? path?.slice(1) : undefined;
    const start = `\n${margin}${node.list ? '-' : `${renderKey(name)}:`}`;
    const anchor = anchored ? ` &a${index}` : '';
    if ('source' in value && !value.editable)
      return `${start}${anchor} ${indented(value.source, margin + step)}`;
    if ('source' in value || value.flow) return `${start}${anchor} ${renderFlow(value, here)}${note}`;
    return start + anchor + note + renderBlock(value, here, margin + step, step, anchored);
  });
  return lines.join('');
}

function renderFlow(node: Tree, path: Path | undefined): string {
  if ('source' in node) return path === undefined ? node.source : OPEN + node.source + CLOSE;
  const items = node.entries.map(({ key: name, value }, index) => {
    const here = path?.[0] === (node.list ? index : name) ? path?.slice(1) : undefined;
    return (node.list ? '' : `${renderKey(name)}: `) + renderFlow(value, here);
  });
  return node.list ? `[${items.join(' ,')}]` : `{ ${items.join(',  ')} }`;
}

function indented(source: string, margin: string): string {
  return source.replace(/\n(?=[^\n])/g, `\n${margin}`);
}

function renderKey(name: string): string {
  return /^[\p{L}][\p{L}\p{N} -]*$/u.test(name) && name !== 'on' ? name : JSON.stringify(name);
}

import { describe, expect, it } from 'vitest';
import { parseTree, printTree } from '../../src/git/tree.ts';

const id = 'ab'.repeat(20);
const tree = printTree(
  new Map([
    ['a.yaml', { mode: '100644', id }],
    ['apps', { mode: '40000', id }],
  ]),
);

describe('a tree object', () => {
  it('is read with the entries that were written', () => {
    expect(printTree(parseTree(tree, 20)).equals(tree)).toBe(true);
    expect([...parseTree(tree, 20).keys()]).toEqual(['a.yaml', 'apps']);
  });

  it('that is cut off at any byte is an error, not an endless loop', () => {
    const whole = [0, tree.length, tree.indexOf(Buffer.from('40000'))];
    for (let end = 0; end <= tree.length; end += 1) {
      if (whole.includes(end)) parseTree(tree.subarray(0, end), 20);
      else expect(() => parseTree(tree.subarray(0, end), 20), `${end} bytes`).toThrow('damaged');
    }
  });

  it.each(['no space', '100644 no end', ' x\0', '\0', '\0\0 '])(
    'that is not valid is an error: %j',
    (text) => {
      expect(() => parseTree(Buffer.from(text.padEnd(text.length + 10, '.')), 20)).toThrow('damaged');
    },
  );
});

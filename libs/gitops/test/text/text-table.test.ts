import { expect, it } from 'vitest';
import { table } from '../../src/text/text-table.ts';

it('a table is aligned, without empty columns and without white space at the end', () => {
  const rows = [
    ['api', '', 'landed'],
    ['a-longer-name', '', ''],
  ];
  expect(table(['APP', 'NOTHING', 'OUTCOME'], rows)).toBe(
    'APP            OUTCOME\napi            landed\na-longer-name',
  );
});

it('a table has a line for each row, and no control sequence reaches the terminal', () => {
  const rows = [['api', 'two\nlines \u001b[2Jand \u009b31mcolour']];
  expect(table(['APP', 'NOTE'], rows)).toBe('APP  NOTE\napi  two lines [2Jand 31mcolour');
});

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, parseDocument, type Document } from 'yaml';
import { setValue, type Path, type Value } from '../../src/values/index.ts';
import { bytesOf, textOf } from '../support/bytes.ts';
import { generatedFile, newValue, type GeneratedFile } from '../support/generated-file.ts';

type Edit = (bytes: Uint8Array, path: Path, value: Value) => Uint8Array;

/** 500 files in every run, 5,000 with SLIPWAY_DEEP=1. A failure prints its seed; SLIPWAY_SEED=<seed> repeats it. */
const numRuns = process.env['SLIPWAY_DEEP'] === '1' ? 5000 : 500;
const seed = process.env['SLIPWAY_SEED'];
const TIMEOUT = 300_000; // milliseconds, for a loaded machine
const parameters = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };

/** Every document as plain data, for one kind of reader. */
function read(text: string, version: '1.1' | '1.2'): unknown[] {
  const unmarked = text.replace(/^\ufeff/, ''); // the parser takes the mark for indentation
  const documents = parseAllDocuments(unmarked, { version, uniqueKeys: false }) as Document.Parsed[];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) throw new Error(`not YAML ${version}: ${errors[0]?.message}`);
  return documents.map((document) => document.toJS({ mapAsMap: true }) as unknown);
}

/** The data with one value replaced. */
function replaced(data: unknown, [segment, ...rest]: Path, value: Value): unknown {
  if (segment === undefined) return value;
  if (Array.isArray(data))
    return data.map((item, at) => (at === segment ? replaced(item, rest, value) : item));
  const map = data as Map<unknown, unknown>;
  return new Map(
    [...map].map(([name, item]) => [name, name === segment ? replaced(item, rest, value) : item]),
  );
}

/** Whether an edit changed nothing outside of the scalar, and nothing but its value for any reader. */
function changesThatScalarOnly(edit: Edit, { text, path, start, end }: GeneratedFile, value: Value): boolean {
  const after = textOf(edit(bytesOf(text), path, value));
  const sameAround = after.startsWith(text.slice(0, start)) && after.endsWith(text.slice(end));
  const sameData = (['1.1', '1.2'] as const).every((version) => {
    const [first, ...others] = read(text, version);
    const written = typeof value === 'number' ? value + 0 : value;
    return isDeepStrictEqual(read(after, version), [replaced(first, path, written), ...others]);
  });
  return sameAround && after.length >= text.length - (end - start) && sameData;
}

/** What most tools do: parse, change, print. */
const roundTrip: Edit = (bytes, path, value) => {
  const document = parseDocument(textOf(bytes));
  document.setIn(path, value);
  return bytesOf(document.toString());
};

/** What Kargo's yaml-update was seen to do: replace the rest of the line. */
const lineRewrite: Edit = (bytes, path, value) => {
  const text = textOf(bytes);
  const node = parseDocument(text).getIn(path, true) as { range: [number, number, number] };
  const lineEnd = text.indexOf('\n', node.range[1]);
  return bytesOf(
    `${text.slice(0, node.range[0])}${String(value)}\n${lineEnd === -1 ? '' : text.slice(lineEnd + 1)}`,
  );
};

describe('for generated files', { timeout: TIMEOUT }, () => {
  test('setValue changes the bytes and the meaning of one scalar only', () => {
    fc.assert(
      fc.property(generatedFile, newValue, (file, value) => changesThatScalarOnly(setValue, file, value)),
      parameters,
    );
  });

  test('a second setValue changes nothing', () => {
    fc.assert(
      fc.property(generatedFile, newValue, ({ text, path }, value) => {
        const once = setValue(bytesOf(text), path, value);
        return setValue(once, path, value) === once;
      }),
      { ...parameters, numRuns: numRuns / 5 },
    );
  });

  test.each([
    ['printing the parsed document', roundTrip],
    ['rewriting the line', lineRewrite],
  ])('%s breaks the same property (negative control)', (_, edit) => {
    const control = fc.property(generatedFile, newValue, (file, value) =>
      changesThatScalarOnly(edit, file, value),
    );
    const { failed, numRuns: runs } = fc.check(control, { ...parameters, endOnFailure: true });
    expect(failed).toBe(true);
    expect(runs).toBeLessThan(50);
  });
});

import { Composer, CST, Lexer, Parser, type Document } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';
import type { ValuesErrorCode, ValuesError } from './error.ts';
import { MAX_DEPTH } from './path.ts';

/** A parsed document of a values file. Its scalars are untyped: the value of a scalar is its text. */
export type ValuesDocument = Document.Parsed;

// No types: only the scalar at the path is typed. Duplicate keys are checked only along the path.
const OPTIONS = { schema: 'failsafe', merge: false, uniqueKeys: false, prettyErrors: false } as const;

const CODES: Readonly<Record<string, ValuesErrorCode>> = { TAB_AS_INDENT: 'tab-indentation' };

/** The limit bounds the search, which visits every document. Files of manifests have fewer. */
const MAX_DOCUMENTS = 100;

/**
 * Parses all documents of a file, or stops at the first error, so an invalid file takes no longer than a
 * valid one.
 * @throws ValuesError `syntax`, `tab-indentation`, `too-deep`, `too-many-documents`
 */
export function parseDocuments(lookup: Lookup): ValuesDocument[] {
  const composer = new Composer(OPTIONS);
  let first: ValuesError | undefined;
  // The composer would collect all errors, millions in a bad file. It wraps a thrown error, so `first` keeps
  // the original.
  composer['onError'] = (source: ErrorSource, code: string, message: string, warning?: boolean): void => {
    if (warning === true) return;
    first ??= syntaxError(lookup, offsetOf(source), message, CODES[code]);
    throw first;
  };
  const documents: ValuesDocument[] = [];
  for (const document of composer.compose(shallowTokens(lookup))) {
    if (documents.push(document) > MAX_DOCUMENTS) throw tooManyDocuments(lookup, document.range[0]);
  }
  const missed = [...documents.flatMap((document) => document.errors), ...composer.streamInfo().errors][0];
  if (missed !== undefined) throw syntaxError(lookup, missed.pos[0], missed.message);
  return documents;
}

/** The parser's tokens, checked for depth: the parser does not recurse, but the composer does. */
function* shallowTokens(lookup: Lookup): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(lookup.text)) {
    for (const token of parser.next(lexeme)) yield sound(lookup, token);
    // The lowest entry of the stack is the document. A scalar on top is not a level.
    if (parser.stack.length > MAX_DEPTH + 1 && CST.isCollection(parser.stack.at(-1)))
      throw tooDeep(lookup, parser.offset);
  }
  for (const token of parser.end()) yield sound(lookup, token);
}

function sound(lookup: Lookup, token: CST.Token): CST.Token {
  if (token.type === 'error') throw syntaxError(lookup, token.offset, token.message);
  return token;
}

function tooDeep(lookup: Lookup, at: number): ValuesError {
  return refuse(lookup, {
    code: 'too-deep',
    at,
    problem: `maps and lists are nested more than ${MAX_DEPTH} deep`,
    remedy: 'Flatten the file.',
    value: MAX_DEPTH,
  });
}

function tooManyDocuments(lookup: Lookup, at: number): ValuesError {
  return refuse(lookup, {
    code: 'too-many-documents',
    at,
    problem: `the file has more than ${MAX_DOCUMENTS} documents`,
    remedy: 'Use one file per document.',
    value: MAX_DOCUMENTS,
  });
}

function syntaxError(
  lookup: Lookup,
  at: number,
  message: string,
  code: ValuesErrorCode = 'syntax',
): ValuesError {
  const remedy = code === 'syntax' ? 'Correct the file first.' : 'Indent with spaces.';
  return refuse(lookup, { code, at, problem: `the file is not valid YAML: ${message}`, remedy });
}

type ErrorSource = number | readonly [number, ...number[]] | { readonly offset: number };

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source;
  return 'offset' in source ? source.offset : source[0];
}

import { join } from 'node:path';
import ts from 'typescript';
import { type Manifest, placeOf } from '@slipway/gitops/render';
import { kindOf } from '../manifests/kinds.ts';
import type { Problem } from './rule.ts';

/** The file that the compiler is asked about; it exists nowhere. */
const ASKED = join(import.meta.dirname, '../manifests/asked.ts');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es5.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** The types of Kubernetes are read once, and hold for every question. */
const types = new Map<string, ts.SourceFile | undefined>();

/**
 * Fields that Kubernetes does not know, wherever they stand. Schemas let them pass, as does Kubernetes: a mistyped
 * field is just ignored. TypeScript does not, so each object is written as a literal of its kind's type and compiled.
 * A question takes a good part of a second, so ask about many objects at a time.
 */
export function unknownFields(manifests: readonly Manifest[]): Problem[] {
  const known = manifests.filter((manifest) => kindOf(manifest));
  const lines = known.map((manifest) => `${literalOf(manifest)};`);
  return diagnosticsByLine(lines.join('\n')).map(([line, message]) => {
    const manifest = known[line] as Manifest;
    return { rule: 'known-fields', place: placeOf(manifest), message };
  });
}

/** One line for each object, so that the line of a complaint tells the object. */
function literalOf(manifest: Manifest): string {
  const { module, type } = kindOf(manifest) as { module: string; type: string };
  return `(${JSON.stringify(manifest)}) satisfies import(${JSON.stringify(module)}).${type}`;
}

function diagnosticsByLine(text: string): [line: number, message: string][] {
  const source = ts.createSourceFile(ASKED, text, ts.ScriptTarget.ES2022);
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) => {
    if (name === ASKED) return source;
    if (!types.has(name)) types.set(name, getSourceFile(name, ...rest));
    return types.get(name);
  };
  host.fileExists = (name) => name === ASKED || fileExists(name);
  const program = ts.createProgram([ASKED], OPTIONS, host);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => [
      source.getLineAndCharacterOfPosition(start).line,
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ],
  );
}

import type { LedgerEdit, Tip } from '../../src/ledger/ledger-repository.ts';

/** A ledger that lives in memory. */
export class MemoryLedger {
  readonly files = new Map<string, string>();

  tip(): Tip {
    const read = async (paths: readonly string[]) =>
      new Map(
        paths.flatMap((path) =>
          this.files.has(path) ? [[path, this.files.get(path) as string] as const] : [],
        ),
      );
    return { commit: undefined, files: [...this.files.keys()], read };
  }

  write(edit: LedgerEdit | undefined): void {
    for (const [file, text] of edit ?? []) {
      if (text === undefined) this.files.delete(file);
      else this.files.set(file, text);
    }
  }
}

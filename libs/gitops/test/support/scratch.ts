import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
const copies = new Map<string, string>();

/** An empty folder, deleted after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  folders.push(folder);
  return folder;
}

/** Copies of folders that many tests of a file start with: copying one is quicker than a dozen runs of git. */
export const templates = {
  get: (name: string): string | undefined => copies.get(name),
  add(name: string, folder: string): void {
    const copy = mkdtempSync(join(tmpdir(), 'slipway-test-template-'));
    cpSync(folder, copy, { recursive: true });
    copies.set(name, copy);
  },
};

/** Deletes what {@link scratch} has created. */
export function removeScratch(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Deletes the {@link templates}. */
export function removeTemplates(): void {
  for (const copy of copies.values()) rmSync(copy, { recursive: true, force: true });
  copies.clear();
}

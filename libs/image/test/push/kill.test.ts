import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { randomOf, seed } from '../support/shaky.ts';
import { runAndKill } from '../support/run-and-kill.ts';
import { checkLayout } from '../support/strict-layout.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const kills = process.env['SLIPWAY_DEEP'] ? 50 : 4;

/** Checks that all listed documents, and all blobs that they name, exist. */
async function checkWhole(folder: string, { manifests, blobs }: FakeRegistry): Promise<void> {
  const [layout, repository] = [join(folder, 'layout'), join(folder, 'repository')];
  if (existsSync(layout)) await checkLayout(layout, { sparse: true });
  if (existsSync(join(repository, 'index.json'))) await checkLayout(repository);
  for (const { bytes } of manifests.values()) {
    const { config, layers = [], manifests: children = [] } = JSON.parse(bytes.toString());
    for (const { digest } of config ? [config, ...layers] : []) expect(blobs.has(`app@${digest}`)).toBe(true);
    for (const { digest } of children) expect(manifests.has(`app@${digest}`)).toBe(true);
  }
}

test(`kill -9 at ${kills} random moments of build and push leaves no incomplete image, and the next run succeeds (SLIPWAY_SEED=${seed})`, async () => {
  const [random, folder, registry] = [randomOf(seed), await tempFolder(), await fakeRegistry()];
  const content = Array.from({ length: 3000 }, (_, at) => `export const line${at} = ${at * at};`).join('\n');
  const assets = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`bundle/assets/${at}.txt`, content.slice(at * 900)]),
  );
  await writeFiles(folder, { 'bundle/main.mjs': content, ...assets });
  const first = await runAndKill(folder, registry.host, Number.POSITIVE_INFINITY);
  const digest = first.output.slice('begun\n'.length);
  expect(digest).toMatch(/^sha256:/);
  let killed = 0;
  for (let run = 0; run < kills; run++) {
    for (const name of ['layout', 'repository', 'blobs'])
      await rm(join(folder, name), { recursive: true, force: true });
    registry.manifests.clear();
    registry.blobs.clear();
    // The first kill is immediate, so at least one is not too late.
    const afterMs = run === 0 ? 0 : random() * first.ms;
    if ((await runAndKill(folder, registry.host, afterMs)).killed) killed += 1;
    await checkWhole(folder, registry);
    const again = await runAndKill(folder, registry.host, Number.POSITIVE_INFINITY);
    expect(again.output).toBe(`begun\n${digest}`);
    await checkWhole(folder, registry);
    expect(registry.manifests.has(`app@${digest}`)).toBe(true);
  }
  // The control: processes were killed.
  expect(killed).toBeGreaterThan(0);
}, 1_800_000);

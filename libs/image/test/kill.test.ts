import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeRegistry, type FakeRegistry } from './registry/fake-registry.ts';
import { randomOf, seed } from './registry/shaky.ts';
import { checkLayout } from './strict-layout.ts';
import { tempFolder, writeFiles } from './temp-folder.ts';

const kills = process.env['SLIPWAY_DEEP'] ? 50 : 4;
const program = new URL('build-and-push.ts', import.meta.url).pathname;

interface Run {
  output: string;
  killed: boolean;
  /** From its first word to its end. Milliseconds. */
  ms: number;
}

/** Builds and pushes in a process of its own, which is killed so long after its first word. */
function runAndKill(folder: string, host: string, afterMs: number): Promise<Run> {
  const child = spawn(process.execPath, [program, folder, host], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [output, begun] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (begun === 0 && Number.isFinite(afterMs)) void delay(afterMs).then(() => child.kill('SIGKILL'));
    begun ||= performance.now();
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      resolve({ output, killed: signal === 'SIGKILL', ms: performance.now() - begun });
    });
  });
}

/** Whatever can be read must be whole: every document that is named, and every blob that a document names. */
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

test(`kill -9 at ${kills} random moments of build and push leaves nothing half, and the next run succeeds (SLIPWAY_SEED=${seed})`, async () => {
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
    if ((await runAndKill(folder, registry.host, random() * first.ms)).killed) killed += 1;
    await checkWhole(folder, registry);
    const again = await runAndKill(folder, registry.host, Number.POSITIVE_INFINITY);
    expect(again.output).toBe(`begun\n${digest}`);
    await checkWhole(folder, registry);
    expect(registry.manifests.has(`app@${digest}`)).toBe(true);
  }
  // The control: a test in which nothing was killed would show nothing.
  expect(killed).toBeGreaterThan(0);
}, 1_800_000);

import type { Command } from 'commander';
import { diffImages, type ImageDiff, type LayerDiff } from '../read/diff-images.ts';
import { table } from './table.ts';
import { subcommandWithBlobs, type CommandIo } from './command-io.ts';

interface DiffFlags {
  blobs: string;
  platform?: string;
  insecure?: boolean;
  json?: boolean;
}

/** `image diff`. */
export function diffCommand(io: CommandIo): Command {
  return subcommandWithBlobs('diff', 'list the files that differ between two images')
    .argument('<before>', 'folder of an OCI layout, or repository@sha256:…')
    .argument('<after>', 'folder of an OCI layout, or repository@sha256:…')
    .option('--platform <os/arch>', 'compare this platform only')
    .option('--insecure', 'use plain http for hosts other than this machine')
    .action(async (before: string, after: string, { json, ...flags }: DiffFlags) => {
      const diff = await diffImages({ ...flags, before, after });
      io.print(json ? JSON.stringify(diff) : diffTable(diff));
    });
}

function diffTable({ before, after, platforms, onlyBefore, onlyAfter }: ImageDiff): string {
  if (before === after) return `both images are ${before}`;
  const parts = [`before  ${before}\nafter   ${after}`];
  for (const platform of onlyBefore) parts.push(`${platform} is only in the image before`);
  for (const platform of onlyAfter) parts.push(`${platform} is only in the image after`);
  for (const { platform, layers } of platforms) {
    const sums = layers.map(({ name, before, after, added, removed, changed }) => {
      return [name, before, after, added.length, removed.length, changed.length];
    });
    const files = layers.flatMap(fileRows);
    parts.push(platform, table(['LAYER', 'BEFORE', 'AFTER', 'ADDED', 'REMOVED', 'CHANGED'], sums));
    if (files.length > 0) parts.push(table(['LAYER', 'FILE', 'BEFORE', 'AFTER', 'PATH'], files));
  }
  return parts.join('\n\n');
}

function fileRows({ name, added, removed, changed }: LayerDiff): (string | number)[][] {
  return [
    ...added.map(({ path, size }) => [name, 'added', 0, size, path]),
    ...removed.map(({ path, size }) => [name, 'removed', size, 0, path]),
    ...changed.map(({ path, before, after }) => [name, 'changed', before, after, path]),
  ];
}

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Base } from '../base.ts';
import { buildImage } from '../build.ts';
import { embeddedBase } from '../embedded-base.ts';
import { ImageError } from '../error.ts';
import { hostPlatform, platformName } from '../oci.ts';
import { pinnedBases, type BaseLock } from '../pinned-base.ts';
import type { ImageResult } from '../result.ts';
import { table } from '../table.ts';
import { append, verb, type CommandIo } from './verb.ts';

interface BuildFlags {
  output: string;
  blobs: string;
  entry: string;
  label: Record<string, string>;
  allow: string[];
  baseLock?: string;
  platform: string[];
  name?: string;
  sourceMaps?: boolean;
  json?: boolean;
}

/** `image build`. */
export function buildCommand(io: CommandIo): Command {
  return verb('build', 'turn a bundle folder into an image')
    .argument('<bundle>', 'folder with the bundled application')
    .requiredOption('--output <dir>', 'folder that becomes the OCI layout')
    .option('--base-lock <file>', 'pin the base image by this lock file (default: the Node that runs)')
    .option('--platform <os/arch>', 'platform of the pinned base, repeatable', append, [])
    .option('--name <title>', "the image's title")
    .option('--entry <file>', 'what Node starts', 'main.mjs')
    .option('--source-maps', 'pack source maps in a layer of their own')
    .option('--label <key=value>', 'further label, repeatable', pair, {})
    .option('--allow <path>', 'path that looks like a secret but is public, repeatable', append, [])
    .action(async (bundle: string, flags: BuildFlags) => {
      const bases = await chooseBases(flags, io);
      if (bases.some(({ hostNode }) => hostNode))
        io.note('note: the image holds no Node; this machine’s runs it (not for production)');
      const { output, name, entry, sourceMaps, allow, label, json } = flags;
      const named = { ...(name ? { name } : {}), ...(sourceMaps ? { sourceMaps } : {}) };
      const result = await buildImage({ bundle, output, bases, entry, allow, labels: label, ...named });
      io.print(json ? JSON.stringify(result) : buildTable(result, output));
    });
}

async function chooseBases({ baseLock, blobs, platform }: BuildFlags, io: CommandIo): Promise<Base[]> {
  const host = platformName(hostPlatform());
  if (!baseLock) {
    const other = platform.find((name) => name !== host);
    if (other === undefined) return [await embeddedBase({ blobs })];
    throw new ImageError(
      'invalid-input',
      `the embedded base is for ${host} only, not for ${other}: name a base lock`,
      { value: other },
    );
  }
  const lock = await readFile(baseLock, 'utf8').then(io.parseLock, (cause: unknown) => {
    throw new ImageError('invalid-input', `cannot read the base lock "${baseLock}"`, {
      value: baseLock,
      cause,
    });
  });
  const platforms = platform.length > 0 ? platform : [host];
  return pinnedBases({ lock: lock as BaseLock, blobs, platforms });
}

function pair(text: string, pairs: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals > 0) return { ...pairs, [text.slice(0, equals)]: text.slice(equals + 1) };
  throw new ImageError('invalid-input', `the label "${text}" is no key=value`, { value: text });
}

function buildTable(result: ImageResult, output: string): string {
  const rows = result.layers.map(({ name, digest, size, files }) => [name, digest, size, files]);
  const base = result.base.hostNode ? [] : [['base', result.base.digest ?? '', result.base.size ?? 0, '']];
  const platforms = result.platforms.map(({ platform, digest }) => `${platform}  ${digest}`);
  const layers = table(['LAYER', 'DIGEST', 'BYTES', 'FILES'], [...base, ...rows]);
  return `${layers}\n\n${platforms.join('\n')}\n${result.digest} is in ${output}`;
}

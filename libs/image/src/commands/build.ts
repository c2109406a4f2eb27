import { resolve, sep } from 'node:path';
import type { Command } from 'commander';
import type { Base } from '../base/base.ts';
import { buildImage } from '../build/build-image.ts';
import { embeddedBase } from '../base/embedded-base.ts';
import { ImageError } from '../error.ts';
import { hostPlatform, platformName } from '../oci/schemas.ts';
import { BaseLockSchema, pinnedBases } from '../base/pinned-base.ts';
import { assertTags, parseRepository } from '../oci/reference.ts';
import type { ImageResult } from '../layout/image-json.ts';
import { publishImage } from '../push/publish-image.ts';
import type { PushResult } from '../push/push-image.ts';
import { table } from './table.ts';
import { pushLine } from './push.ts';
import { readJsonInput } from './read-input.ts';
import { progressNotes, seconds } from './progress-notes.ts';
import { append, subcommandWithBlobs, type CommandIo } from './command-io.ts';

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
  metafile?: string;
  metafileRoot: string;
  to: string[];
  tag: string[];
  deadline: number;
  insecure?: boolean;
  json?: boolean;
}

/** `image build`. */
export function buildCommand(io: CommandIo): Command {
  return subcommandWithBlobs('build', 'turn a bundle folder into an image')
    .argument('<bundle>', 'folder with the bundled application')
    .option('--output <dir>', 'folder that becomes the OCI layout', '.slipway/image')
    .option('--to <repository>', 'also push to host[:port]/path, or oci:DIR; repeatable', append, [])
    .option('--tag <tag>', 'tag to set in the repositories, repeatable', append, [])
    .option('--deadline <seconds>', 'time limit of the push', seconds, 120)
    .option('--insecure', 'use plain http for a host other than this machine')
    .option('--base-lock <file>', 'use the base image in this lock file (default: the Node that runs)')
    .option('--platform <os/arch>', 'platform of the pinned base, repeatable', append, [])
    .option('--name <title>', 'title of the image')
    .option('--entry <file>', 'file that Node starts', 'main.mjs')
    .option('--metafile <file>', 'metafile of esbuild: writes an SBOM for "image attest"')
    .option('--metafile-root <dir>', 'folder in which esbuild ran', '.')
    .option('--source-maps', 'add source maps in a separate layer')
    .option('--label <key=value>', 'additional label, repeatable', addLabel, {})
    .option('--allow <path>', 'path that looks like a secret but is public, repeatable', append, [])
    .action(async (bundle: string, flags: BuildFlags) => {
      assertPlaces(bundle, flags);
      const bases = await chooseBases(flags, io);
      if (bases.some(({ hostNode }) => hostNode))
        io.note('note: the image has no Node and uses that of this machine (not for production)');
      const result = await buildImage({ bundle, bases, ...buildFlags(flags) });
      if (!flags.json) io.print(buildTable(result, flags.output));
      const pushed = flags.to.length > 0 ? await publish(flags, io) : undefined;
      if (flags.json) io.print(JSON.stringify({ ...result, pushed }));
      else for (const push of pushed ?? []) io.print(pushLine(push));
    });
}

/** Checks folders, repositories and tags before the build. */
function assertPlaces(bundle: string, { to, tag, blobs }: BuildFlags): void {
  if ((resolve(blobs) + sep).startsWith(resolve(bundle) + sep))
    throw new ImageError(
      'invalid-input',
      `the folder of base blobs "${blobs}" is inside the bundle "${bundle}": name a folder outside of it with --blobs`,
      { value: blobs },
    );
  for (const place of to) parseRepository(place);
  assertTags(tag);
  if (tag.length > 0 && to.length === 0)
    throw new ImageError('invalid-input', `the tag "${tag[0]}" needs a repository: name it with --to`, {
      value: tag[0] ?? '',
    });
}

function buildFlags({ output, entry, allow, label, name, sourceMaps, metafile, metafileRoot }: BuildFlags) {
  return {
    output,
    entry,
    allow,
    labels: label,
    ...(name ? { name } : {}),
    ...(sourceMaps ? { sourceMaps } : {}),
    ...(metafile ? { metafile: { file: metafile, root: metafileRoot } } : {}),
  };
}

function publish(flags: BuildFlags, io: CommandIo): Promise<PushResult[]> {
  const { output: layout, tag: tags, deadline, json, blobs, to, insecure } = flags;
  const onProgress = progressNotes(json ? () => undefined : io.note);
  const deadlineMs = deadline * 1000;
  return publishImage({ layout, blobs, to, tags, deadlineMs, onProgress, ...(insecure ? { insecure } : {}) });
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
  const lock = await readJsonInput(BaseLockSchema, baseLock, 'the base lock', io.parseYaml);
  const platforms = platform.length > 0 ? platform : [host];
  return pinnedBases({ lock, blobs, platforms });
}

function addLabel(text: string, pairs: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals > 0) return { ...pairs, [text.slice(0, equals)]: text.slice(equals + 1) };
  throw new ImageError('invalid-input', `the label "${text}" is not key=value`, { value: text });
}

function buildTable(result: ImageResult, output: string): string {
  const rows = result.layers.map(({ name, digest, size, files }) => [name, digest, size, files]);
  const base = result.base.hostNode ? [] : [['base', result.base.digest ?? '', result.base.size ?? 0, '']];
  const platforms = result.platforms.map(({ platform, digest }) => `${platform}  ${digest}`);
  const layers = table(['LAYER', 'DIGEST', 'BYTES', 'FILES'], [...base, ...rows]);
  return `${layers}\n\n${platforms.join('\n')}\n${result.digest} is in ${output}`;
}

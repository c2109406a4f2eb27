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
import { append, blobsVerb, type CommandIo } from './command-io.ts';

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
  return blobsVerb('build', 'turn a bundle folder into an image')
    .argument('<bundle>', 'folder with the bundled application')
    .option('--output <dir>', 'folder that becomes the OCI layout', '.slipway/image')
    .option('--to <repository>', 'push it there, too, repeatable: host[:port]/path, or oci:DIR', append, [])
    .option('--tag <tag>', 'tag to set there, repeatable', append, [])
    .option('--deadline <seconds>', 'for the push', seconds, 120)
    .option('--insecure', 'plain http for a host that is not this machine')
    .option('--base-lock <file>', 'pin the base image by this lock file (default: the Node that runs)')
    .option('--platform <os/arch>', 'platform of the pinned base, repeatable', append, [])
    .option('--name <title>', "the image's title")
    .option('--entry <file>', 'what Node starts', 'main.mjs')
    .option('--metafile <file>', 'esbuild\'s metafile: lists the packages inside for "image attest"')
    .option('--metafile-root <dir>', 'folder in which esbuild ran', '.')
    .option('--source-maps', 'pack source maps in a layer of their own')
    .option('--label <key=value>', 'further label, repeatable', pair, {})
    .option('--allow <path>', 'path that looks like a secret but is public, repeatable', append, [])
    .action(async (bundle: string, flags: BuildFlags) => {
      assertPlaces(bundle, flags);
      const bases = await chooseBases(flags, io);
      if (bases.some(({ hostNode }) => hostNode))
        io.note('note: the image holds no Node; this machine’s runs it (not for production)');
      const result = await buildImage({ bundle, bases, ...buildFlags(flags) });
      if (!flags.json) io.print(buildTable(result, flags.output));
      const pushed = flags.to.length > 0 ? await publish(flags, io) : undefined;
      if (flags.json) io.print(JSON.stringify({ ...result, pushed }));
      else for (const push of pushed ?? []) io.print(pushLine(push));
    });
}

/** Before anything is built. */
function assertPlaces(bundle: string, { to, tag, blobs }: BuildFlags): void {
  if ((resolve(blobs) + sep).startsWith(resolve(bundle) + sep))
    throw new ImageError(
      'invalid-input',
      `the base blobs in "${blobs}" lie in the bundle "${bundle}" and would be packed: name a folder outside with --blobs`,
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

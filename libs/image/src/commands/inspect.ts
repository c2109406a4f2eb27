import type { Command } from 'commander';
import { inspectImage, type InspectedImage } from '../read/inspect-image.ts';
import { table } from './table.ts';
import { subcommandWithBlobs, type CommandIo } from './command-io.ts';

interface InspectFlags {
  blobs: string;
  digest?: string;
  files?: boolean;
  insecure?: boolean;
  json?: boolean;
}

/** `image inspect`. */
export function inspectCommand(io: CommandIo): Command {
  return subcommandWithBlobs('inspect', 'show the configuration, layers and files of an image')
    .argument('<image>', 'folder of an OCI layout, or repository@sha256:…')
    .option('--digest <digest>', 'digest of the image, if the layout has several')
    .option('--files', 'list the files of the layers that are on this machine')
    .option('--insecure', 'use plain http for a host other than this machine')
    .action(async (place: string, { files, json, ...flags }: InspectFlags) => {
      const image = await inspectImage({ ...flags, image: place });
      io.print(json ? JSON.stringify(image) : inspectTable(image, files === true));
    });
}

function inspectTable(image: InspectedImage, files: boolean): string {
  const parts = [image.digest];
  for (const { platform, digest, user, entrypoint, layers } of image.platforms) {
    const rows = layers.map((layer) => [
      layer.name,
      layer.digest,
      layer.size,
      layer.files?.length ?? 'not local',
    ]);
    parts.push(`${platform}  ${digest}  user ${user}  ${entrypoint.join(' ')}`);
    parts.push(table(['LAYER', 'DIGEST', 'BYTES', 'ENTRIES'], rows));
    const listed = layers.flatMap((layer) =>
      (layer.files ?? []).map((file) => [layer.name, octal(file.mode), file.size, file.path]),
    );
    if (files) parts.push(table(['LAYER', 'MODE', 'BYTES', 'PATH'], listed));
  }
  return parts.join('\n\n');
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

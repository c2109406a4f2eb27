import type { Command } from 'commander';
import { copyImage, type CopyResult } from '../push/copy-image.ts';
import { splitImage } from '../oci/reference.ts';
import { progressNotes, seconds } from './progress-notes.ts';
import { append, subcommandWithBlobs, type CommandIo } from './command-io.ts';

interface CopyFlags {
  blobs: string;
  tag: string[];
  deadline: number;
  insecure?: boolean;
  json?: boolean;
}

/** `image copy`. */
export function copyCommand(io: CommandIo): Command {
  return subcommandWithBlobs('copy', 'copy an image by digest from one repository to another')
    .argument('<from@digest>', 'host[:port]/path@sha256:…, or oci:DIR@sha256:…')
    .argument('<to>', 'host[:port]/path, or oci:DIR for a folder')
    .option('--tag <tag>', 'tag to set at the target, repeatable', append, [])
    .option('--deadline <seconds>', 'time limit of the copy', seconds, 120)
    .option('--insecure', 'use plain http for hosts other than this machine')
    .action(async (image: string, to: string, { json, tag, deadline, ...flags }: CopyFlags) => {
      const { repository: from, digest } = splitImage(image);
      const onProgress = progressNotes(json ? () => undefined : io.note);
      const deadlineMs = deadline * 1000;
      const result = await copyImage({ ...flags, from, to, digest, tags: tag, deadlineMs, onProgress });
      io.print(json ? JSON.stringify(result) : copyLine(result));
    });
}

function copyLine({
  repository,
  digest,
  uploadedBytes,
  uploadedBlobs,
  existed,
  referrers,
}: CopyResult): string {
  const also = referrers === 0 ? '' : `, ${referrers} referrers listed`;
  if (existed) return `${repository}@${digest} already exists, ${uploadedBytes} bytes sent${also}`;
  return `${repository}@${digest} copied, ${uploadedBytes} bytes sent in ${uploadedBlobs} blobs${also}`;
}

import { createPrivateKey } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { attestImage, type AttestResult } from '../attest/attest.ts';
import { digestOf } from '../oci/digest.ts';
import { keySigner, type Signer } from '../attest/dsse.ts';
import { ImageError } from '../error.ts';
import type { ProvenanceSource } from '../attest/provenance.ts';
import { readInput } from './read-input.ts';
import { subcommand, type CommandIo } from './command-io.ts';

interface AttestFlags {
  to: string;
  source?: string;
  commit?: string;
  builder?: string;
  lockfile?: string;
  invocation?: string;
  key?: string;
  insecure?: boolean;
  json?: boolean;
}

/** `image attest`. */
export function attestCommand(io: CommandIo): Command {
  return subcommand('attest', 'attach the SBOM and provenance to a pushed image')
    .argument('<layout>', 'folder that "image build" wrote')
    .requiredOption('--to <repository>', 'repository that has the image')
    .option('--source <uri>', 'source repository (git+https://…); attaches provenance')
    .option('--commit <id>', 'commit that was built')
    .option('--builder <uri>', 'builder id, which a policy can require')
    .option('--lockfile <file>', 'lockfile; its hash is recorded in the provenance')
    .option('--invocation <uri>', 'URI of the build run')
    .option('--key <file>', 'sign with this private key (PEM; passphrase in SLIPWAY_KEY_PASSPHRASE)')
    .option('--insecure', 'use plain http for a host other than this machine')
    .action(async (layout: string, { json, to, insecure, ...flags }: AttestFlags) => {
      const source = await readSource(flags);
      const signer = flags.key ? await readSigner(flags.key) : undefined;
      const result = await attestImage({
        layout,
        to,
        ...(insecure ? { insecure } : {}),
        ...(source ? { source } : {}),
        ...(signer ? { signer } : {}),
      });
      io.print(json ? JSON.stringify(result) : attestLines(result, signer));
    });
}

async function readSource(flags: Omit<AttestFlags, 'to'>): Promise<ProvenanceSource | undefined> {
  const { source, commit, builder, lockfile, invocation } = flags;
  if (!source && !commit && !builder) return undefined;
  if (!source || !commit || !builder) {
    throw new ImageError('invalid-input', 'provenance needs --source, --commit and --builder together');
  }
  const lock = lockfile && {
    path: basename(lockfile),
    digest: digestOf(await readInput(lockfile, 'the lockfile')),
  };
  return {
    uri: source,
    commit,
    builder,
    ...(lock ? { lockfile: lock } : {}),
    ...(invocation ? { invocation } : {}),
  };
}

async function readSigner(file: string): Promise<Signer> {
  const pem = await readInput(file, 'the key');
  const passphrase = process.env['SLIPWAY_KEY_PASSPHRASE'];
  try {
    return keySigner(createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) }));
  } catch (error) {
    if (error instanceof ImageError) throw error;
    // No cause: its message may quote the key.
    throw new ImageError(
      'invalid-input',
      `"${file}" is not a private key in PEM, or its passphrase is wrong`,
      { value: file },
    );
  }
}

function attestLines({ repository, digest, attached }: AttestResult, signer: Signer | undefined): string {
  const lines = attached.map(({ predicateType, digest, existed }) => {
    return `${existed ? 'exists' : 'attached'}  ${digest}  ${predicateType}`;
  });
  const by = signer ? `signed by ${signer.keyId}` : 'not signed';
  return [...lines, `${repository}@${digest}, ${by}`].join('\n');
}

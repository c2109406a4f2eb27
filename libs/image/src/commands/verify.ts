import type { Command } from 'commander';
import { PolicySchema } from '../attest/verification-policy.ts';
import { table } from './table.ts';
import { verifyImage } from '../attest/verify.ts';
import { readJsonInput } from './read-input.ts';
import { subcommand, type CommandIo } from './command-io.ts';

/** `image verify`. */
export function verifyCommand(io: CommandIo): Command {
  return subcommand('verify', 'check signer, provenance and SBOM of an image against a policy')
    .argument('<image>', 'repository@sha256:…')
    .requiredOption('--policy <file>', 'policy that the image must satisfy')
    .option('--insecure', 'use plain http for a host other than this machine')
    .action(
      async (
        image: string,
        { json, policy, ...flags }: { policy: string; insecure?: boolean; json?: boolean },
      ) => {
        const rules = await readJsonInput(PolicySchema, policy, 'the policy', io.parseYaml);
        const result = await verifyImage({ ...flags, image, policy: rules });
        const rows = result.accepted.map(({ predicateType, signer, digest }) => [
          predicateType,
          signer,
          digest,
        ]);
        io.print(
          json
            ? JSON.stringify(result)
            : `${table(['TYPE', 'SIGNER', 'DIGEST'], rows)}\n${image} is accepted`,
        );
      },
    );
}

import { type Base, nodePath } from '../base/base.ts';
import type { AppLayer } from './layers.ts';
import type { ImageConfig } from '../oci/schemas.ts';

/** uid and gid of `nonroot` in distroless images; the embedded base has the same user. */
const nonroot = '65532:65532';

const defaultPath = 'PATH=/nodejs/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface ConfigOptions {
  base: Base;
  layers: readonly AppLayer[];
  entry: string;
  labels: Record<string, string>;
  /** Seconds since 1970. */
  created: number;
}

/** The image's configuration, without current time or commit, so equal content has equal digests. */
export function imageConfig(options: ConfigOptions): ImageConfig {
  const { base, layers } = options;
  const created = new Date(options.created * 1000).toISOString().replace('.000Z', 'Z');
  return {
    ...base.platform,
    created,
    config: {
      User: nonroot,
      WorkingDir: '/app',
      Env: environment(base.env),
      Entrypoint: entrypoint(options),
      Labels: options.labels,
    },
    rootfs: { type: 'layers', diff_ids: [...base.diffIds, ...layers.map((layer) => layer.diffId)] },
    history: [
      ...base.history,
      ...layers.map(({ name }) => ({ created, created_by: `slipway image: ${name}` })),
    ],
  };
}

/** Exec form: Node is process 1 and receives the signals. */
function entrypoint({ base, layers, entry }: ConfigOptions): string[] {
  const node = base.hostNode ? 'node' : nodePath;
  const flags = layers.some((layer) => layer.name === 'maps') ? ['--enable-source-maps'] : [];
  return [node, ...flags, `/app/${entry}`];
}

function environment(base: readonly string[]): string[] {
  const kept = base.filter((pair) => !pair.startsWith('NODE_ENV='));
  const path = kept.some((pair) => pair.startsWith('PATH=')) ? [] : [defaultPath];
  return [...path, ...kept, 'NODE_ENV=production'];
}

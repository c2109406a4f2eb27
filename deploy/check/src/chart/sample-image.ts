/** The image of a release, as it stands in the chart's values. */
export interface ReleasedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** An image that no registry has: renderings that are compared must not change with each release. */
export function sampleImage(app: string): ReleasedImage {
  const digest = '0123456789abcdef'.repeat(4);
  return {
    repository: `registry.example/${app}`,
    tag: `sha-${digest.slice(0, 12)}`,
    digest: `sha256:${digest}`,
  };
}

import type { Outcome } from './plan.ts';

const short = (digest: string | undefined): string =>
  digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? 'none';

/**
 * The message of a bump commit: a line for people for each app, then trailers for programs. All of it is made
 * of checked values, so nothing can forge a trailer.
 *
 * @param landed the outcomes that this commit records
 * @param runUrl the address of the run; left out unless it is a plain http(s) URL
 */
export function bumpMessage(environment: string, landed: readonly Outcome[], runUrl?: string): string {
  const names = landed.map(({ app }) => app);
  const subject = `Release ${names.length > 3 ? `${names.length} apps` : names.join(', ')} to ${environment}`;
  const lines = landed.map(({ app, before, after }) => {
    const change =
      before?.image.digest === after?.image.digest
        ? 'same image'
        : `${short(before?.image.digest)} -> ${short(after?.image.digest)}`;
    return `${app}: ${change}, configuration ${after?.release.config.slice(0, 12)}`;
  });
  const trailers = landed.flatMap(({ app, before, after }) => [
    `Slipway-App: ${app}`,
    `Slipway-Digest: ${before?.image.digest ?? 'none'} -> ${after?.image.digest}`,
    `Slipway-Source: ${after?.release.source}`,
    `Slipway-Config: ${after?.release.config}`,
  ]);
  const run = runUrl && /^https?:\/\/[^\s]+$/.test(runUrl) ? [`Slipway-Run: ${runUrl}`] : [];
  return [subject, '', ...lines, '', `Slipway-Environment: ${environment}`, ...trailers, ...run, ''].join(
    '\n',
  );
}

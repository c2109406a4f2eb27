import { describe, expect, test } from 'vitest';
import { findOnPath, requireHelm } from '../../../src/render/helm/find-helm.ts';
import { helmAt } from '../../../src/render/helm/helm.ts';
import { hasHelm } from '../../support/has-helm.ts';

describe('Helm', () => {
  test.skipIf(!hasHelm)('is of the major version that Argo CD renders with', async () => {
    const helm = await requireHelm();
    expect(await helm(['version', '--template', '{{.Version}}'])).toMatchObject({
      ok: true,
      stdout: expect.stringMatching(/^v4\./) as string,
    });
  });

  test('is not found under a name that is not there', async () => {
    expect(await findOnPath('helm-that-is-not-there', 4)).toBeUndefined();
    expect(await helmAt('helm-that-is-not-there')(['version'])).toMatchObject({ ok: false });
  });
});

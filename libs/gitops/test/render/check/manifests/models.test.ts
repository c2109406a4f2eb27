import { describe, expect, it } from 'vitest';
import { loadModels } from '../../../../src/render/check/manifests/models.ts';

const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'x' } });
const SERVICE = object('v1', 'Service');
const GROUP = {
  ...object('gateway.k8s.aws/v1', 'TargetGroupConfiguration'),
  spec: { targetReference: { name: 'x' }, defaultConfiguration: { targetTyp: 'ip' } },
};

describe('the schemas of kinds', () => {
  it('are loaded by apiVersion and kind', async () => {
    const models = await loadModels([SERVICE]);
    expect(models.of(SERVICE)?.({ ...SERVICE, spec: { ports: [{ port: 'x' }], typ: 'y' } })).toEqual({
      wrong: [expect.stringContaining('data/spec/ports/0/port')],
      unknown: ['/spec/typ'],
    });
  });

  it.each([
    ['a kind that does not exist', object('v1', 'Servise')],
    ['a version that does not exist', object('v9', 'Service')],
    ['a group that does not exist', object('example.com/v1', 'Service')],
    ['a path', object('../v1', 'Service')],
    ['a path as the kind', object('v1', '../v1/Service')],
  ])('are not found for %s', async (_, manifest) => {
    const models = await loadModels([manifest]);
    expect(models.of(manifest)).toBeUndefined();
    expect(models.missingPackage(manifest)).toBeUndefined();
  });

  it('name the package if it is not installed, and check the kinds that need none', async () => {
    const models = await loadModels([SERVICE, GROUP], () => undefined);
    expect(models.of(SERVICE)).toBeUndefined();
    expect(models.missingPackage(SERVICE)).toBe('kubernetes-models');
    expect(models.missingPackage(object('argoproj.io/v1alpha1', 'AppProject'))).toBe(
      '@kubernetes-models/argo-cd',
    );
    expect(models.missingPackage(GROUP)).toBeUndefined();
    expect(models.of(GROUP)?.(GROUP)).toEqual({
      wrong: [],
      unknown: ['/spec/defaultConfiguration/targetTyp'],
    });
  });
});

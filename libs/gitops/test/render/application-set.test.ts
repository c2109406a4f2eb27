import { describe, expect, it } from 'vitest';
import { applicationOf } from '../../src/render/application-set.ts';

const helm = { releaseName: '{{ .path.basename }}', valueFiles: ['/{{.path.path}}/values.yaml'] };
const set = (path: string, revision = '{{ .release.config }}') => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'apps' },
  spec: {
    generators: [{ git: { files: [{ path }] } }],
    template: {
      metadata: { name: '{{ .path.basename }}' },
      spec: {
        source: { repoURL: 'https://git.example/a.git', targetRevision: revision, path: 'chart', helm },
        destination: { namespace: 'app-{{ .path.basename }}' },
      },
    },
  },
});

describe('the Application of a release', () => {
  it('has the fields of the file and of its path', () => {
    const application = applicationOf(set('apps/*/release.yaml'), 'apps/api/release.yaml', {
      release: { config: 'abc' },
    });
    expect(application).toMatchObject({
      metadata: { name: 'api' },
      spec: {
        source: {
          targetRevision: 'abc',
          helm: { releaseName: 'api', valueFiles: ['/apps/api/values.yaml'] },
        },
        destination: { namespace: 'app-api' },
      },
    });
  });

  it.each([
    ['a file in another folder', 'apps/a/b/release.yaml'],
    ['a file of another name', 'apps/api/release.yml'],
  ])('is not made of %s', (_, file) => {
    expect(() => applicationOf(set('apps/*/release.yaml'), file, {})).toThrow(
      `ApplicationSet apps matches apps/*/release.yaml, but not ${file}.`,
    );
  });

  it.each([
    ['a field that the release lacks', '{{ .image.digest }}'],
    ['a field that is no text', '{{ .release }}'],
    ['more than a field', '{{ .release.config | lower }}'],
  ])('is refused if the template uses %s', (_, action) => {
    expect(() =>
      applicationOf(set('apps/*/release.yaml', action), 'apps/api/release.yaml', {
        release: { config: 'a' },
      }),
    ).toThrow(`ApplicationSet apps uses ${action}, which the release does not have.`);
  });

  it('is refused if the ApplicationSet has another form, with all problems', () => {
    const other = { ...set('x'), spec: { generators: [{ list: {} }] } };
    expect(() => applicationOf(other, 'x', {})).toThrow(
      /^ApplicationSet apps is not valid:\n(.*\n)*.*needs git/,
    );
  });
});

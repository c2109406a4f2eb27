import { Workspace } from './workspace.ts';

const chart = (name: string) => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`;

const schema = (properties: object) =>
  JSON.stringify({ type: 'object', additionalProperties: false, properties });

/** An ApplicationSet as the platform's charts make them, as small as it can be. */
const applicationSet = (name: string, file: string, source: string) => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: ${name}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [{git: {repoURL: '{{ .Values.repository }}', revision: ledger, files: [{path: '{{ with .Values.ledger.folder }}{{ . }}/{{ end }}${file}'}]}}]
  template:
    metadata: {name: '{{ "{{ .path.basename }}" }}'}
    spec:
      project: ${name}
      source:
        repoURL: {{ .Values.repository }}
        targetRevision: '{{ "{{ .release.config }}" }}'
${source}
      destination: {namespace: 'app-{{ "{{ .path.basename }}" }}'}
`;

const PLATFORM_SOURCE = `        path: deploy/argocd
        helm:
          releaseName: platform
          valueFiles: [/deploy/environments/{{ .Values.name }}/values.yaml]
          valuesObject: {name: {{ .Values.name }}, ledger: {{ toJson .Values.ledger }}, facts: {{ toJson .Values.facts }}}`;

const APP_SOURCE = `        path: '{{ "{{ .release.chart }}" }}'
        helm:
          releaseName: '{{ "{{ .path.basename }}" }}'
          valueFiles: ['/apps/{{ "{{ .path.basename }}" }}/deploy/values.yaml', '/apps/{{ "{{ .path.basename }}" }}/deploy/{{ .Values.name }}.yaml']
          parameters: [{name: image.tag, value: '{{ "{{ .image.tag }}" }}', forceString: true}]
          valuesObject: {environment: {{ toJson .Values.environment }}}`;

const FACTS =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: facts}\ndata: {facts: {{ toJson .Values.facts | quote }}}\n';

/** What an app becomes: one object with all that reached the chart. */
const SERVICE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  namespace: {{ .Release.Namespace }}
  replicas: {{ .Values.replicas | quote }}
  tag: {{ .Values.image.tag | toJson | quote }}
  domain: {{ .Values.environment.domain | default "none" | quote }}
`;

/** A workspace with charts as small as they can be, whose development has an Argo CD. */
export function workspaceWithCharts(): Workspace {
  const workspace = new Workspace({ apps: ['api'] });
  const files = {
    'deploy/argocd/root/Chart.yaml': chart('root'),
    'deploy/argocd/root/templates/platform.yaml': applicationSet(
      'platform',
      'platform/release.yaml',
      PLATFORM_SOURCE,
    ),
    'deploy/argocd/.helmignore': 'root/\n',
    'deploy/argocd/Chart.yaml': chart('platform'),
    'deploy/argocd/templates/apps.yaml': applicationSet('apps', 'apps/*/release.yaml', APP_SOURCE),
    'deploy/argocd/templates/facts.yaml': FACTS,
    'deploy/charts/service/Chart.yaml': chart('service'),
    'deploy/charts/service/values.yaml': 'replicas: 1\nimage: {tag: none}\nenvironment: {}\n',
    'deploy/charts/service/values.schema.json': schema({
      replicas: { type: 'integer' },
      image: {},
      environment: {},
    }),
    'deploy/charts/service/templates/all.yaml': SERVICE,
    'deploy/environments/development/values.yaml':
      'repository: https://git.example/team.git\nenvironment: {domain: one.example}\n',
  };
  for (const [file, text] of Object.entries(files)) workspace.write(file, text);
  workspace.commit('charts');
  return workspace;
}

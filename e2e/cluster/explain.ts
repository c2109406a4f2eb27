import { namespaceOf } from './checkout.ts';
import { kubectl } from './kubectl.ts';

/** Diagnostics of an app that does not run: Argo CD's message, events, pods and their last log lines. */
export async function explain(app: string): Promise<string> {
  const namespace = `--namespace=${namespaceOf(app)}`;
  const say = (args: string[]) => kubectl(args).catch((error: unknown) => String(error));
  const status =
    'jsonpath={.spec.source.targetRevision}{"\\n"}{.status.sync}{"\\n"}{.status.health}{"\\n"}{.status.conditions}{"\\n"}{.status.operationState.message}';
  const parts: [string, Promise<string>][] = [
    [`Application ${app}`, say(['get', 'application', app, '--namespace=argocd', `--output=${status}`])],
    ['Events', say(['get', 'events', namespace, '--sort-by=.lastTimestamp'])],
    ['Pods', say(['get', 'pods', namespace, '--output=wide'])],
    ['Logs', say(['logs', namespace, `--selector=app.kubernetes.io/name=${app}`, '--tail=20', '--prefix'])],
  ];
  const texts = await Promise.all(parts.map(async ([title, text]) => `--- ${title}\n${(await text).trim()}`));
  return texts.join('\n');
}

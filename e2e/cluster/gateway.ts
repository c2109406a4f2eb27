import { NAMESPACE_PREFIX } from './checkout.ts';
import { apply, kubectl, list, until } from './kubectl.ts';

const NAMESPACE = `${NAMESPACE_PREFIX}gateway`;

/** The domain of this run's environment; it needs no DNS entry. */
export const DOMAIN = 'e2e.slipway.example';

interface Gateway {
  spec: { controllerName?: string };
  status?: { addresses?: { value: string }[]; conditions?: { type: string; status: string }[] };
}

/** The environment's values for the Gateway. */
export async function gatewayValues(gatewayClass: string) {
  const [found] = await list<Gateway>('gatewayclass', gatewayClass);
  if (!found)
    throw new Error(`The cluster has no GatewayClass "${gatewayClass}": correct E2E_GATEWAY_CLASS.`);
  return {
    name: 'public',
    namespace: NAMESPACE,
    sectionName: 'http',
    controller: found.spec.controllerName,
    // The proxies depend on the cluster, so this run admits all private addresses.
    sources: { cidrs: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
  };
}

/** Creates the Gateway, as the platform's add-ons will, and returns its address. */
export async function makeGateway(gatewayClass: string): Promise<string> {
  await apply(`
apiVersion: v1
kind: Namespace
metadata: { name: ${NAMESPACE} }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: ${NAMESPACE} }
spec:
  gatewayClassName: ${gatewayClass}
  listeners:
    - name: http
      port: 80
      protocol: HTTP
      hostname: '*.${DOMAIN}'
      allowedRoutes: { namespaces: { from: All } }
`);
  const address = await until('an address of the Gateway', async () => {
    const [{ status = {} } = {}] = await list<Gateway>(`--namespace=${NAMESPACE}`, 'gateway', 'public');
    const programmed = status.conditions?.some(
      ({ type, status: is }) => type === 'Programmed' && is === 'True',
    );
    return programmed && status.addresses?.[0]?.value;
  });
  return `http://${address}`;
}

export const removeGateway = (): Promise<string> =>
  kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s']);

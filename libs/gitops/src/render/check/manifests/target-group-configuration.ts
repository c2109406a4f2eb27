import Type from 'typebox';
import { Errors } from 'typebox/value';
import type { Manifest } from '../../helm/manifest.ts';
import type { FieldProblems } from './model.ts';

const closed = { additionalProperties: false };
const optional = Type.Optional;

/** Times in seconds. */
const HealthCheck = Type.Object(
  {
    healthyThresholdCount: optional(Type.Integer()),
    unhealthyThresholdCount: optional(Type.Integer()),
    healthCheckInterval: optional(Type.Integer()),
    healthCheckTimeout: optional(Type.Integer()),
    healthCheckPath: optional(Type.String()),
    healthCheckPort: optional(Type.String()),
    healthCheckProtocol: optional(Type.Enum(['HTTP', 'HTTPS', 'TCP'])),
    matcher: optional(
      Type.Object({ httpCode: optional(Type.String()), grpcCode: optional(Type.String()) }, closed),
    ),
  },
  closed,
);

/**
 * How an ALB reaches the pods of a Service, as far as the service chart uses it.
 * Source: AWS Load Balancer Controller 3.x, group `gateway.k8s.aws`, version `v1`.
 */
const TargetGroupConfiguration = Type.Object(
  {
    apiVersion: Type.Literal('gateway.k8s.aws/v1'),
    kind: Type.Literal('TargetGroupConfiguration'),
    metadata: Type.Object({}),
    spec: Type.Object(
      {
        targetReference: Type.Object(
          { group: optional(Type.String()), kind: optional(Type.String()), name: Type.String() },
          closed,
        ),
        defaultConfiguration: Type.Object(
          {
            targetType: optional(Type.Enum(['instance', 'ip'])),
            healthCheckConfig: optional(HealthCheck),
            targetGroupAttributes: optional(
              Type.Array(Type.Object({ key: Type.String(), value: Type.String() }, closed)),
            ),
          },
          closed,
        ),
      },
      closed,
    ),
  },
  closed,
);

/** Validates a TargetGroupConfiguration, which no npm package has a schema of. */
export function targetGroupConfiguration(manifest: Manifest): FieldProblems {
  // An unknown key is an error of its own (`boolean`) and one of the object that has it.
  const errors = Errors(TargetGroupConfiguration, manifest).filter(
    ({ keyword }) => keyword !== 'additionalProperties',
  );
  const [unknown, wrong] = [
    errors.filter(({ keyword }) => keyword === 'boolean'),
    errors.filter(({ keyword }) => keyword !== 'boolean'),
  ];
  return {
    wrong: wrong.map(({ instancePath, message }) => `data${instancePath} ${message}`),
    unknown: unknown.map(({ instancePath }) => instancePath),
  };
}

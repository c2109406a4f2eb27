/**
 * How an ALB reaches the pods of a Service, as far as the chart uses it. No npm package has this kind.
 * Source: AWS Load Balancer Controller 3.x, group `gateway.k8s.aws`, version `v1`.
 */
export interface TargetGroupConfiguration {
  apiVersion: 'gateway.k8s.aws/v1';
  kind: 'TargetGroupConfiguration';
  metadata: { name: string; labels?: Record<string, string> };
  spec: {
    targetReference: { group?: string; kind?: string; name: string };
    defaultConfiguration: {
      targetType?: 'instance' | 'ip';
      healthCheckConfig?: HealthCheckConfiguration;
      targetGroupAttributes?: { key: string; value: string }[];
    };
  };
}

/** Times in seconds. */
interface HealthCheckConfiguration {
  healthyThresholdCount?: number;
  unhealthyThresholdCount?: number;
  healthCheckInterval?: number;
  healthCheckTimeout?: number;
  healthCheckPath?: string;
  healthCheckPort?: string;
  healthCheckProtocol?: 'HTTP' | 'HTTPS' | 'TCP';
  matcher?: { httpCode?: string; grpcCode?: string };
}

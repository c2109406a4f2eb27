import { ACCESS } from './access.ts';
import { APP_VALUES } from './app-values.ts';
import { DUPLICATES } from './duplicates.ts';
import { FIELDS } from './fields.ts';
import { HARDENING } from './hardening.ts';
import { IMAGE_DIGEST } from './image-digest.ts';
import { LIFECYCLE } from './lifecycle.ts';
import { NETWORK } from './network.ts';
import { PLATFORM } from './platform.ts';
import { POD_SECURITY } from './pod-security.ts';
import type { Rule } from './rule.ts';
import { WORKLOAD } from './workload.ts';

const EVERYTHING: readonly Rule[] = [...FIELDS, DUPLICATES, IMAGE_DIGEST];

/** The rules for what configures Argo CD: the root and the platform. */
export const PLATFORM_RULES: readonly Rule[] = [...EVERYTHING, ...PLATFORM];

/** The rules for apps, and for each scenario of their charts. */
export const APP_RULES: readonly Rule[] = [
  ...EVERYTHING,
  ...APP_VALUES,
  ...POD_SECURITY,
  ...HARDENING,
  ...LIFECYCLE,
  ...WORKLOAD,
  ...NETWORK,
  ...ACCESS,
];

/** Every rule once. */
export const RULES: readonly Rule[] = [...new Set([...APP_RULES, ...PLATFORM_RULES])];

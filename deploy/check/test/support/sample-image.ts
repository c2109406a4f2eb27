import { sampleImage as sample } from '@slipway/gitops/render';

/** An image that no registry has, from a registry that is none. */
export const sampleImage = (app: string) => sample({ registries: ['registry.example'] }, app);

import { sampleImage as sample } from '@slipway/gitops/render';

/** An image that does not exist, of a registry that does not exist. */
export const sampleImage = (app: string) => sample({ registries: ['registry.example'] }, app);

/** Whether to look long: `SLIPWAY_DEEP=1`. */
export const DEEP = process.env.SLIPWAY_DEEP === '1';

/** What all chance in a run comes from; tests tell it in their titles. `SLIPWAY_SEED=…` tries another. */
export const SEED = Number(process.env.SLIPWAY_SEED ?? 20_261_123);

/** Whether to test many more values: `SLIPWAY_DEEP=1`. */
export const DEEP = process.env.SLIPWAY_DEEP === '1';

/** The seed of all random values; tests have it in their titles. `SLIPWAY_SEED=…` sets another. */
export const SEED = Number(process.env.SLIPWAY_SEED ?? 20_261_123);

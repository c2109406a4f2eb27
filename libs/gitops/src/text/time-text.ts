/** A time as the ledger writes it: ISO 8601 in UTC, to the second. */
export const seconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** What one call may take, whatever the backend. Hosts give up at 60 s or later. */
export const limits = { lookTimeoutMs: 10_000, callMs: 55_000, budget: { maxRows: 20_000, maxBytes: 2 ** 30 } } as const;

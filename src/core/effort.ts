/** How much is looked at in one go, PURE: some milliseconds of it, and others have their turn before it goes on. */
export const MOST_EFFORT = 10_000;

/** What looking at one costs, beside the others. */
export const EFFORT = { former: 1, static: 5, withdrawn: 10, service: 100 } as const;

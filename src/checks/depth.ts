/** How much is checked, from least to most. */
export const depths = ["quick", "standard", "full"] as const;
export type Depth = (typeof depths)[number];
